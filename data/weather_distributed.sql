-- The weather data set on four data nodes: for a database made with `dbcreate DB -distributed 4`.
-- The database folder lies beside data/.
create table station (stationid = i, name = c32, country = c2, latitude = f, longitude = f, elevation = i);
create table reading (stationid = i, day = i, tmin = f, tmax = f, rain = f, note = c16)
  distribute tmin (-5.0, 5.0, 15.0);
load station("../data/station.data");
load reading("../data/reading.data");
