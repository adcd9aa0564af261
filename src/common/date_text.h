// Dates, times and intervals from and to text, in the forms of PostgreSQL.
#pragma once

#include <string>
#include <string_view>

#include "common/date_time.h"
#include "common/text.h"

namespace redbase::common {

// "1999-01-08", "0044-03-15 BC", "infinity".
void AppendDate(std::string* out, Date date);
// "04:05:06.789", without zeros at the end of the fraction.
void AppendTime(std::string* out, TimeOfDay time);
// "1999-01-08 04:05:06"; with a zone "1999-01-08 04:05:06+00".
void AppendTimestamp(std::string* out, Timestamp timestamp);
void AppendTimestamptz(std::string* out, Timestamptz moment);
// "1 year 2 mons -3 days +04:05:06".
void AppendInterval(std::string* out, const Interval& interval);

// Dates: 1999-01-08, 1999-Jan-08, 1/8/1999 (month first), January 8, 1999, 8 Jan 1999,
// 19990108, each perhaps with BC; infinity and -infinity.  Times: 04:05, 04:05:06.789,
// 4:05 PM.  A zone is Z, UTC or an offset like +02, +0230, +02:30.  Date and time are
// parted by blanks or a T.  What a type has no use for is read and left out, but a
// date must have a date and a time a time.  kOutOfRange: a field, or all of it.
ParseOutcome ParseDate(std::string_view text, Date* out);
ParseOutcome ParseTime(std::string_view text, TimeOfDay* out);
ParseOutcome ParseTimestamp(std::string_view text, Timestamp* out);
ParseOutcome ParseTimestamptz(std::string_view text, Timestamptz* out);
// 1 year 2 months, 3 days 04:05:06, 1-2 (years and months), P1Y2M3DT4H5M6S, each part
// perhaps negative or with a fraction, perhaps with `ago` at the end.
ParseOutcome ParseInterval(std::string_view text, Interval* out);

}  // namespace redbase::common
