// The layout of LMDB 0.9 on 64-bit machines:
//   page   number u64, pad u16, flags u16, lower u16, upper u16, then the offsets of its nodes, u16
//          each, up to `lower`; in overflow pages `lower, upper` is the number of pages
//   meta   after the head of pages 0 and 1: magic u32, version u32, address u64, map size u64, the
//          free and the main database, last page u64, transaction u64
//   database  page size u32 (in the free one), flags u16, depth u16, pages: branch, leaf and
//          overflow u64 each, entries u64, root u64
//   node   low u16, high u16, flags u16, key size u16, key, then the value; in a branch low, high
//          and flags are the number of the child page
#include "lamina/io/lmdb.h"

#include <filesystem>
#include <optional>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

constexpr uint32_t kMagic = 0xbeefc0de;
constexpr uint64_t kPageHead = 16, kNodeHead = 8, kNoPage = ~uint64_t{0};
constexpr uint16_t kBranch = 1, kLeaf = 2, kOverflow = 4;        // flags of pages
constexpr uint16_t kBigData = 1, kSubData = 2, kDuplicates = 4;  // flags of nodes
constexpr uint64_t kMeta = kPageHead, kFreeDb = kMeta + 24, kMainDb = kFreeDb + 48,
                   kTransaction = kMainDb + 48 + 8, kMetaEnd = kTransaction + 8;
constexpr std::string_view kHelp = "the file is truncated, damaged or not an LMDB environment";
constexpr size_t kDeepest = 32;

FileError bad(const std::string& path, uint64_t offset, std::string_view field, std::string got,
              std::string expected) {
  return bad_file(path, offset, field, std::move(got), std::move(expected), std::string(kHelp));
}

std::string data_file(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path inside = std::filesystem::path(path) / "data.mdb";
  return std::filesystem::is_directory(path, ignored) ? inside.string() : path;
}

struct Meta {
  uint64_t page_size, entries, root, transaction;
};

std::optional<Meta> meta_at(Bytes all, uint64_t page) {
  if (all.size() < kMetaEnd || page > all.size() - kMetaEnd) return std::nullopt;
  if (load<uint32_t>(all, page + kMeta) != kMagic) return std::nullopt;
  return Meta{load<uint32_t>(all, page + kFreeDb), load<uint64_t>(all, page + kMainDb + 32),
              load<uint64_t>(all, page + kMainDb + 40), load<uint64_t>(all, page + kTransaction)};
}

// Finds the leaves' nodes, in the order of their keys.
class Walk {
 public:
  Walk(Bytes all, const std::string& path, uint64_t page_size)
      : all_(all), path_(path), page_size_(page_size), pages_(all.size() / page_size) {}

  std::vector<uint64_t> nodes(uint64_t root) {
    struct Level {
      uint64_t page, next, count;
    };
    std::vector<Level> levels;
    uint64_t visited = 0;
    const auto enter = [&](uint64_t page, uint64_t from) {
      if (page >= pages_) {
        throw bad(path_, from, "page number", text(page), text("less than ", pages_));
      }
      if (++visited > pages_ || levels.size() >= kDeepest) {
        throw bad(path_, from, "tree", "a page that stands in it twice", "a tree");
      }
      levels.push_back({page * page_size_, 0, count_at(page * page_size_)});
    };
    enter(root, 0);
    while (!levels.empty()) {
      Level& level = levels.back();
      if (level.next == level.count) {
        levels.pop_back();
        continue;
      }
      const uint64_t node = node_at(level.page, level.next++);
      if (load<uint16_t>(all_, level.page + 10) & kLeaf) {
        check_leaf(level.page, node);
        found_.push_back(node);
      } else {
        const uint64_t child = load<uint32_t>(all_, node) | uint64_t{load<uint16_t>(all_, node + 4)}
                                                                << 32;
        enter(child, node);
      }
    }
    return std::move(found_);
  }

 private:
  uint64_t count_at(uint64_t page) const {
    const auto flags = load<uint16_t>(all_, page + 10), lower = load<uint16_t>(all_, page + 12);
    const uint16_t kind = flags & (kBranch | kLeaf | kOverflow);
    if (kind != kBranch && kind != kLeaf) {
      throw bad(path_, page + 10, "page flags", text(flags), "a branch or a leaf");
    }
    if (flags & 0x20) throw bad(path_, page + 10, "page flags", text(flags), "a leaf with values");
    if (lower < kPageHead || lower > page_size_ || lower % 2 != 0) {
      throw bad(path_, page + 12, "page", text("lower = ", lower),
                text(kPageHead, " to ", page_size_));
    }
    return (lower - kPageHead) / 2;
  }

  uint64_t node_at(uint64_t page, uint64_t index) const {
    const uint64_t at = load<uint16_t>(all_, page + kPageHead + 2 * index);
    if (at < kPageHead || at > page_size_ - kNodeHead ||
        load<uint16_t>(all_, page + at + 6) > page_size_ - kNodeHead - at) {
      throw bad(path_, page + kPageHead + 2 * index, "node", text("offset ", at),
                text("a node within the page of ", page_size_, " bytes"));
    }
    return page + at;
  }

  void check_leaf(uint64_t page, uint64_t node) const {
    const auto flags = load<uint16_t>(all_, node + 4), key = load<uint16_t>(all_, node + 6);
    if (flags & (kSubData | kDuplicates)) {
      throw bad(path_, node + 4, "entry", "a database in it, or several values under a key",
                "one value for each key");
    }
    const uint64_t size = load<uint32_t>(all_, node);
    const uint64_t value = node + kNodeHead + key;
    if (!(flags & kBigData)) {
      if (size > page + page_size_ - value) {
        throw bad(path_, node, "value", text(size, " bytes"),
                  text("at most ", page + page_size_ - value));
      }
      return;
    }
    if (page + page_size_ - value < 8) {
      throw bad(path_, value, "value", "the end of its page", "the number of a page");
    }
    const auto first = load<uint64_t>(all_, value);
    if (first >= pages_ || size > all_.size() - first * page_size_ - kPageHead) {
      throw bad(path_, value, "value", text(size, " bytes from page ", first, " on"),
                text("a place within ", pages_, " pages"));
    }
    if (!(load<uint16_t>(all_, first * page_size_ + 10) & kOverflow)) {
      throw bad(path_, first * page_size_ + 10, "page flags",
                text(load<uint16_t>(all_, first * page_size_ + 10)), "an overflow page");
    }
  }

  Bytes all_;
  const std::string& path_;
  uint64_t page_size_, pages_;
  std::vector<uint64_t> found_;
};

}  // namespace

LmdbFile::LmdbFile(const std::string& path) : file_(data_file(path)) {
  const Bytes all = file_.bytes();
  std::optional<Meta> meta = meta_at(all, 0);
  const auto usable = [](const std::optional<Meta>& m) {
    return m && m->page_size >= 256 && m->page_size <= 65536 &&
           (m->page_size & (m->page_size - 1)) == 0;
  };
  if (!usable(meta)) {
    throw bad(this->path(), kMeta, "meta page",
              quoted(as_text(all.first(std::min<size_t>(all.size(), 40)))),
              "the magic number of LMDB and a page size");
  }
  page_size_ = meta->page_size;
  const std::optional<Meta> other = meta_at(all, page_size_);
  if (usable(other) && other->page_size == page_size_ && other->transaction > meta->transaction)
    meta = other;
  if (meta->root != kNoPage) nodes_ = Walk(all, this->path(), page_size_).nodes(meta->root);
  if (nodes_.size() != meta->entries) {
    throw bad(this->path(), kMainDb, "tree", text(nodes_.size(), " entries"),
              text(meta->entries, " entries"));
  }
}

Record LmdbFile::at(int64_t number) const {
  check_number(number);
  const Bytes all = file_.bytes();
  const uint64_t node = nodes_[static_cast<size_t>(number)];
  const auto flags = load<uint16_t>(all, node + 4), key = load<uint16_t>(all, node + 6);
  const uint64_t size = load<uint32_t>(all, node), value = node + kNodeHead + key;
  Record record;
  record.key = std::string(as_text(all.subspan(node + kNodeHead, key)));
  const uint64_t start =
      flags & kBigData ? load<uint64_t>(all, value) * page_size_ + kPageHead : value;
  record.bytes = all.subspan(start, size);
  return record;
}

}  // namespace lamina::io
