#!/bin/bash
# A distributed database from creation to end: what `make demo` shows.
#
# Works in a temporary folder, which it removes.  REDBASE_BIN: the folder of the programs.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$(cd "${REDBASE_BIN:-$root/bin}" && pwd) || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
ln -s "$root/data" data

if [ -t 1 ]; then
  bold=$(tput bold 2> /dev/null) dim=$(tput setaf 6 2> /dev/null) plain=$(tput sgr0 2> /dev/null)
else
  bold='' dim='' plain=''
fi

failed=0
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
run() { # a program, shown as it would be typed
  local shown='' word
  for word in "$@"; do
    case "$word" in
      *[\ \;]*) shown+=" '$word'" ;;
      *) shown+=" $word" ;;
    esac
  done
  printf '\n%s$%s%s\n' "$dim" "$shown" "$plain"
  PATH="$bin:$PATH" "$@" || failed=1
}
# The statements on standard input, piped to the shell as a script would do it.
session() { PATH="$bin:$PATH" redbase uni --shell-commands 2>&1 || failed=1; }
# The same, shown as they are written first: the echo leaves the distribute clause out.
session_shown() {
  local script
  script=$(cat)
  printf '\n%s$ redbase uni << END\n%s\nEND%s\n' "$dim" "$script" "$plain"
  session <<< "$script"
}

say 'A database with a master and four data nodes, each of them a whole database'
run dbcreate uni -distributed 4
run ls uni

say 'Two distributed relations, split by ranges; three plain ones, which live in the master'
session_shown << 'END'
create table student (studentid i, name c24, gpa f, birth i, majorid i)
  distribute studentid (1106, 1211, 1316);
create table enroll (studentid i, classid i, year i, grade f)
  distribute year (1995, 1997, 1999);
create table dept (deptid i, name c30, building c20, budget f);
create table major (majorid i, name c30, deptid i);
create table class (classid i, title c40, deptid i, credits i);
load student("../data/student.data");
load enroll("../data/enroll.data");
load dept("../data/dept.data");
load major("../data/major.data");
load class("../data/class.data");
help;
help student;
print partitions student;
exit;
END

say 'Queries: only the nodes that can have an answer are asked, and they filter'
session << 'END'
select name, gpa from student where studentid >= 1200 and studentid < 1230;
create index student(studentid);
queryplans on;
select name, gpa from student where studentid = 1204;
select name, gpa from student where studentid > 1300 and gpa > 3.5;
END

say 'Joins: of nodes with the master, of nodes with nodes'
session << 'END'
queryplans on;
select student.name, major.name from student, major
  where student.majorid = major.majorid and gpa > 3.69;
select student.name, title, grade from student, enroll, class
  where student.studentid = enroll.studentid and enroll.classid = class.classid
  and year = 1997 and grade > 3.5;
END

say 'Two relations that are split alike join inside the nodes'
session_shown << 'END'
create table lives (studentid i, city c16) distribute studentid (1106, 1211, 1316);
insert into lives values (1001, "Oslo"), (1204, "Lima"), (1211, "Quito"), (1414, "Perth");
queryplans on;
select name, city from student, lives where student.studentid = lives.studentid;
queryplans off;
drop table lives;
END

say 'A join without the optimizer: file scans, products, filters'
session << 'END'
set optimizeQuery = "FALSE";
queryplans on;
select student.name, major.name from student, major
  where student.majorid = major.majorid and gpa > 3.69;
END

say 'Changes: every tuple finds its node; one that changes its key moves'
session << 'END'
insert into student values (1051, "Nina Newcomer", 3.9, 1984, 20);
update student set gpa = 4.0 where studentid = 1051;
update student set studentid = 1350 where studentid = 1051;
select studentid, name, gpa from student where name = "Nina Newcomer";
delete from student where studentid = 1350;
update dept set budget = 99000.0 where deptid = 6;
END

say 'A mistake costs one message and changes nothing'
session << 'END'
select nmae from student;
insert into student values (1, "Too", "few");
selct * from student;
drop table studnet;
load dept("../data/student.data");
END

say 'Looking inside: a page, a tree, the catalogs, the buffer, what was read'
session << 'END'
set partitionedPrint = "TRUE";
create table note (n i, text c20) distribute n (10, 20, 30);
insert into note values (5, "first node"), (10, "second"), (25, "third"), (99, "fourth");
print note;
print page note 2;
print tree student(studentid);
print student_partitions_studentid;
print dbinfo;
reset io;
select title from class where credits > 4;
print io;
resize buffer 50;
reset buffer;
select name from dept where deptid = 1;
print buffer;
drop index student(studentid);
drop table note;
set printCommands = "TRUE";
select name from major where deptid = 3;
!echo "a line for the system's shell, in $(basename "$PWD")"
END

say 'A data node is a database of its own'
run redbase uni/data.2 -c 'select studentid, name from student where studentid < 1130;'

say 'A backup of the running database, and a database made from it'
session << 'END'
backup "../monday";
delete from student;
END
run dbrestore monday restored
run redbase restored -c 'select name from student where gpa > 3.9;'
run redbase-check restored
run dbdestroy monday
run dbdestroy restored

say 'The end'
run dbdestroy uni
run ls
exit $failed
