#pragma once

namespace lamina {

const char* version();  // of the library: "0.1.0"

}  // namespace lamina
