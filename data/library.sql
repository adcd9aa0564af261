-- The library data set on one node.
-- The database folder lies beside data/.
create table author (authorid = i, name = c32, born = i, country = c20);
create table book (bookid = i, title = c48, authorid = i, year = i, price = f, shelf = c8);
create table loan (loanid = i, bookid = i, member = c24, day = i, returned = i, fee = f);
load author("../data/author.data");
load book("../data/book.data");
load loan("../data/loan.data");
