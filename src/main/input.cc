#include "main/input.h"

#include <histedit.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include "main/interrupts.h"

namespace redbase::main {
namespace {

constexpr int kHistoryLines = 1000;

bool IsBlank(const std::string& line) {
  return line.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

std::optional<std::string> DescriptorInput::Read() {
  std::array<char, 1 << 16> buffer;
  while (Interrupts::AwaitInput(descriptor_)) {
    const ssize_t count = read(descriptor_, buffer.data(), buffer.size());
    if (count > 0) {
      return std::string(buffer.data(), static_cast<size_t>(count));
    }
    if (count == 0) {
      return std::nullopt;
    }
    if (errno != EINTR) {
      status_ = Status(Code::kIoError, std::strerror(errno));
      return std::nullopt;
    }
  }
  return std::nullopt;
}

// libedit's editor and history.
class TerminalInput::Editor {
 public:
  Editor();
  ~Editor();
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  // nullopt at the end of the input or after Ctrl-C, which sets *interrupted.
  std::optional<std::string> Read(const char* prompt, bool* interrupted);

 private:
  static Editor& Of(EditLine* line);
  static char* Prompt(EditLine* line);
  static int ReadCharacter(EditLine* line, wchar_t* character);

  EditLine* line_;
  History* history_;
  std::string history_path_;  // empty without a home
  std::string prompt_;
  bool interrupted_ = false;
};

TerminalInput::Editor::Editor() : line_(nullptr), history_(history_init()) {
  std::setlocale(LC_CTYPE, "");
  line_ = el_init("redbase", stdin, stdout, stderr);
  HistEvent event;
  history(history_, &event, H_SETSIZE, kHistoryLines);
  history(history_, &event, H_SETUNIQUE, 1);
  if (const char* home = std::getenv("HOME")) {
    history_path_ = std::string(home) + "/.redbase_history";
    history(history_, &event, H_LOAD, history_path_.c_str());
  }
  el_set(line_, EL_CLIENTDATA, this);
  el_set(line_, EL_PROMPT, &Editor::Prompt);
  el_set(line_, EL_EDITOR, "emacs");
  el_set(line_, EL_HIST, history, history_);
  el_set(line_, EL_GETCFN, &Editor::ReadCharacter);
  el_source(line_, nullptr);
}

TerminalInput::Editor::~Editor() {
  HistEvent event;
  if (!history_path_.empty()) {
    history(history_, &event, H_SAVE, history_path_.c_str());
  }
  el_end(line_);
  history_end(history_);
}

TerminalInput::Editor& TerminalInput::Editor::Of(EditLine* line) {
  Editor* editor = nullptr;
  el_get(line, EL_CLIENTDATA, &editor);
  return *editor;
}

char* TerminalInput::Editor::Prompt(EditLine* line) { return Of(line).prompt_.data(); }

int TerminalInput::Editor::ReadCharacter(EditLine* line, wchar_t* character) {
  std::mbstate_t state = {};
  while (true) {
    if (!Interrupts::AwaitInput(STDIN_FILENO)) {
      Of(line).interrupted_ = true;
      errno = EINTR;
      return -1;
    }
    char byte = 0;
    const ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return static_cast<int>(count);
    }
    const size_t length = std::mbrtowc(character, &byte, 1, &state);
    if (length == static_cast<size_t>(-2)) {
      continue;  // more bytes of this character follow
    }
    if (length == static_cast<size_t>(-1)) {
      *character = L'?';
    }
    return 1;
  }
}

std::optional<std::string> TerminalInput::Editor::Read(const char* prompt, bool* interrupted) {
  prompt_ = prompt;
  interrupted_ = false;
  el_resize(line_);
  // Before the prompt: a key pressed at the sight of it would meet the terminal's
  // own editing, which swallows Ctrl-D.
  el_set(line_, EL_PREP_TERM, 1);
  int count = 0;
  const char* text = el_gets(line_, &count);
  *interrupted = interrupted_;
  if (text == nullptr || count <= 0) {
    return std::nullopt;
  }
  std::string read(text, static_cast<size_t>(count));
  if (!IsBlank(read)) {
    HistEvent event;
    history(history_, &event, H_ENTER, read.c_str());
  }
  return read;
}

TerminalInput::TerminalInput() : editor_(std::make_unique<Editor>()) {}
TerminalInput::~TerminalInput() = default;

std::optional<std::string> TerminalInput::Read() {
  if (!begun_) {
    Interrupts::TakeInterrupt();  // one that cancelled the last statement
    std::fputs("\n", stdout);
    std::fflush(stdout);
  }
  std::optional<std::string> line =
      editor_->Read(begun_ ? "        -> " : "REDBASE >> ", &given_up_);
  if (!line) {
    Interrupts::TakeInterrupt();
    std::fputs("\n", stdout);
    std::fflush(stdout);
    begun_ = false;
  } else if (!IsBlank(*line)) {
    begun_ = true;
  }
  return line;
}

bool TerminalInput::TakeGivenUp() {
  const bool was = given_up_;
  given_up_ = false;
  return was;
}

}  // namespace redbase::main
