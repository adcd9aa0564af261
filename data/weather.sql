-- The weather data set on one node.
-- The database folder lies beside data/.
create table station (stationid = i, name = c32, country = c2, latitude = f, longitude = f, elevation = i);
create table reading (stationid = i, day = i, tmin = f, tmax = f, rain = f, note = c16);
load station("../data/station.data");
load reading("../data/reading.data");
