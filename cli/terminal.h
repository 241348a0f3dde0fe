// What the output is, and so what may be printed on it.
#pragma once

namespace cli {

struct Terminal {
  bool interactive = false;  // a terminal: lines may be drawn over, colours shown
  bool unicode = false;      // .. whose character set is UTF-8
  int columns = 80;
};

Terminal terminal();

}  // namespace cli
