#include "lamina/data/records.h"

#include "lamina/io/bytes.h"

namespace lamina::data {

Records::Records(const std::string& path, const std::string& format)
    : file_(io::open_records(path, format)) {}

std::string Records::at(int64_t number) const {
  const io::Record record = file_->at(number);
  return std::string(io::as_text(record.bytes));
}

std::string Records::key(int64_t number) const { return file_->at(number).key; }

}  // namespace lamina::data
