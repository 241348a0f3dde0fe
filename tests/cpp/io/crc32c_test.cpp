#include "lamina/io/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "lamina/io/bytes.h"

using namespace lamina::io;

TEST(Crc32c, KnownValues) {  // the first is the algorithm's check value, the others RFC 3720 B.4
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c({}), 0u);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\0'))), 0x8A9136AAu);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\xff'))), 0x62A8AB43u);
}

TEST(Crc32c, FastAndPortableAgreeAtAllSizesAndCuts) {
  std::mt19937 random(1);
  std::vector<std::byte> data(40000);
  for (auto& b : data) b = static_cast<std::byte>(random());
  for (size_t size : {1, 7, 8, 9, 255, 4096, 12287, 12288, 12289, 24580, 40000}) {
    const Bytes bytes(data.data(), size);
    const uint32_t expected = crc32c_portable(bytes);
    EXPECT_EQ(crc32c(bytes), expected) << size;
    const size_t cut = random() % size;
    EXPECT_EQ(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))), expected) << size;
    const Bytes unaligned = bytes.subspan(size > 3 ? 3 : 0);
    EXPECT_EQ(crc32c(unaligned), crc32c_portable(unaligned)) << size;
  }
}

TEST(Crc32c, SeesEverySingleBit) {
  std::vector<std::byte> data(100, std::byte{0x5a});
  const uint32_t expected = crc32c(data);
  for (size_t bit = 0; bit < 8 * data.size(); ++bit) {
    data[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_NE(crc32c(data), expected);
    data[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  }
}
