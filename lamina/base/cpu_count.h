// How many processors this process may really use. A container that is granted 2 of 64 processors
// still sees 64; starting 64 threads there is many times slower than starting 2.
#pragma once

#include <string>
#include <string_view>

namespace lamina {

// The smaller of the affinity mask and the cgroup quota, at least 1.
int available_processors();

// The quota alone, in whole processors rounded up; 0 when there is none. memberships is the text of
// /proc/self/cgroup, mount the folder in which the hierarchies stand (/sys/fs/cgroup).
int cgroup_processors(std::string_view memberships, const std::string& mount);

}  // namespace lamina
