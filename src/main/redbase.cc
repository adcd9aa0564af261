// redbase: the shell.
#include "main/redbase_program.h"

int main(int argc, char** argv) { return redbase::main::RunRedbase(argc, argv); }
