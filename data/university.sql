-- The university data set on one node.
-- The database folder lies beside data/.
create table dept (deptid = i, name = c30, building = c20, budget = f);
create table major (majorid = i, name = c30, deptid = i);
create table class (classid = i, title = c40, deptid = i, credits = i);
create table student (studentid = i, name = c24, gpa = f, birth = i, majorid = i);
create table enroll (studentid = i, classid = i, year = i, grade = f);
load dept("../data/dept.data");
load major("../data/major.data");
load class("../data/class.data");
load student("../data/student.data");
load enroll("../data/enroll.data");
