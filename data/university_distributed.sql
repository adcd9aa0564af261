-- The university data set on four data nodes: for a database made with `dbcreate DB -distributed 4`.
-- The database folder lies beside data/.
create table dept (deptid = i, name = c30, building = c20, budget = f);
create table major (majorid = i, name = c30, deptid = i);
create table class (classid = i, title = c40, deptid = i, credits = i);
create table student (studentid = i, name = c24, gpa = f, birth = i, majorid = i)
  distribute studentid (1106, 1211, 1316);
create table enroll (studentid = i, classid = i, year = i, grade = f)
  distribute year (1995, 1997, 1999);
load dept("../data/dept.data");
load major("../data/major.data");
load class("../data/class.data");
load student("../data/student.data");
load enroll("../data/enroll.data");
