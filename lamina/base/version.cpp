#include "lamina/base/version.h"

namespace lamina {

const char* version() { return LAMINA_VERSION; }

}  // namespace lamina
