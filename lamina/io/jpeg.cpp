// libjpeg reports errors by longjmp. The functions that it may leave that way (named guarded_..)
// hold nothing with a destructor; all memory belongs to their callers.
#include "lamina/io/jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

// jpeglib.h needs cstdio before it, and jerror.h what jpeglib.h says the library can do.
#include <jpeglib.h>

#include <jerror.h>

#include <algorithm>
#include <cstring>

#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

// A progressive picture of a few kilobytes may hold thousands of scans, each of which costs a pass
// over the whole picture.
constexpr int kMostScans = 256;

struct Messages : jpeg_error_mgr {
  std::jmp_buf leave;
  char text[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void on_error(j_common_ptr codec) {
  auto* messages = static_cast<Messages*>(codec->err);
  messages->format_message(codec, messages->text);
  std::longjmp(messages->leave, 1);
}

// Warnings that mean lost pixels end the decoding; those about harmless oddities are ignored.
void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_NOT_SEQUENTIAL:
      on_error(codec);
    default:
      break;
  }
}

void on_progress(j_common_ptr codec) {
  auto* decoder = reinterpret_cast<j_decompress_ptr>(codec);
  if (decoder->input_scan_number > kMostScans) {
    codec->err->msg_code = JERR_BAD_PROGRESSION;
    std::memset(&codec->err->msg_parm, 0, sizeof codec->err->msg_parm);
    on_error(codec);
  }
}

}  // namespace

struct JpegReader::Decoder {
  explicit Decoder(Bytes bytes) : bytes(bytes) {
    codec.err = jpeg_std_error(&messages);
    messages.error_exit = on_error;
    messages.emit_message = on_message;
    progress.progress_monitor = on_progress;
  }
  ~Decoder() { jpeg_destroy_decompress(&codec); }
  Decoder(const Decoder&) = delete;

  bool guarded_header() {
    if (setjmp(messages.leave)) return false;
    jpeg_create_decompress(&codec);
    codec.progress = &progress;
    codec.mem->max_memory_to_use = long{1} << 30;
    jpeg_mem_src(&codec, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&codec, TRUE);
    return true;
  }
  bool guarded_start(int reduce) {
    if (setjmp(messages.leave)) return false;
    codec.scale_num = 1;
    codec.scale_denom = static_cast<unsigned>(reduce);
    switch (codec.jpeg_color_space) {
      case JCS_GRAYSCALE:
        codec.out_color_space = JCS_GRAYSCALE;
        break;
      case JCS_CMYK:
      case JCS_YCCK:
        codec.out_color_space = JCS_CMYK;
        break;
      default:
        codec.out_color_space = JCS_RGB;
    }
    jpeg_start_decompress(&codec);
    return true;
  }
  // Rows [top, top + rows) of the columns that hold [left, left + columns), each row of `row` bytes
  // copied from `skip` bytes on.
  bool guarded_rows(unsigned top, unsigned rows, unsigned skip, size_t row, uint8_t* line,
                    uint8_t* out) {
    if (setjmp(messages.leave)) return false;
    if (top > 0) jpeg_skip_scanlines(&codec, top);
    for (unsigned y = 0; y < rows; ++y) {
      JSAMPROW target = line;
      jpeg_read_scanlines(&codec, &target, 1);
      std::memcpy(out + y * row, line + skip, row);
    }
    jpeg_abort_decompress(&codec);
    return true;
  }
  bool guarded_columns(JDIMENSION* left, JDIMENSION* columns) {
    if (setjmp(messages.leave)) return false;
    jpeg_crop_scanline(&codec, left, columns);
    return true;
  }

  void read_header(std::string_view source, PictureLimits limits) {
    if (!guarded_header()) fail(source);
    const uint64_t pixels = uint64_t{codec.image_width} * codec.image_height;
    // Huffman codes give each block of 64 pixels a bit or more; arithmetic codes may take less, so
    // eight times as many pixels as that are let through.
    const uint64_t most = std::min<uint64_t>(limits.pixels, bytes.size() * 8 * 64 * 8);
    if (pixels > most) {
      throw bad_file(source, 0, "JPEG",
                     text(codec.image_width, " x ", codec.image_height, " pixels"),
                     text("at most ", most, " pixels"),
                     "the picture is damaged, or too large; make it smaller");
    }
  }
  [[noreturn]] void fail(std::string_view source) const {
    const uint64_t left = codec.src ? codec.src->bytes_in_buffer : bytes.size();
    throw bad_file(source, bytes.size() - std::min<uint64_t>(left, bytes.size()), "JPEG",
                   messages.text, "a whole JPEG picture",
                   "the picture is truncated or damaged; save it again");
  }

  Bytes bytes;
  Messages messages;
  jpeg_progress_mgr progress = {};
  jpeg_decompress_struct codec = {};
};

namespace {

// As Pillow has it: white minus the ink, less where there is black. Adobe's files are inverted.
std::vector<uint8_t> rgb_from_cmyk(const std::vector<uint8_t>& cmyk, bool inverted) {
  std::vector<uint8_t> rgb(cmyk.size() / 4 * 3);
  for (size_t i = 0; i < rgb.size() / 3; ++i) {
    const auto light = [&](size_t c) {
      return static_cast<unsigned>(inverted ? cmyk[4 * i + c] : 255 - cmyk[4 * i + c]);
    };
    for (size_t c = 0; c < 3; ++c) {
      rgb[3 * i + c] = static_cast<uint8_t>((light(c) * light(3) + 127) / 255);
    }
  }
  return rgb;
}

void check_region(const PictureRegion& r, int64_t width, int64_t height) {
  if (r.x < 0 || r.y < 0 || r.width < 1 || r.height < 1 || r.x > width - r.width ||
      r.y > height - r.height) {
    throw ValueError(text("parse_jpeg: the region of ", r.width, " x ", r.height, " at (", r.x,
                          ", ", r.y, ") is not within ", width, " x ", height, " pixels"));
  }
}

}  // namespace

JpegReader::JpegReader(Bytes bytes, std::string_view source, PictureLimits limits)
    : decoder_(std::make_unique<Decoder>(bytes)), source_(source) {
  decoder_->read_header(source, limits);
}

JpegReader::~JpegReader() = default;

PictureSize JpegReader::size() const {
  return {decoder_->codec.image_width, decoder_->codec.image_height};
}

Picture JpegReader::read(int reduce, PictureRegion region) {
  if (reduce != 1 && reduce != 2 && reduce != 4 && reduce != 8) {
    throw ValueError(text("parse_jpeg: expected reduce to be 1, 2, 4 or 8, got ", reduce));
  }
  Decoder& decoder = *decoder_;
  if (!decoder.guarded_start(reduce)) decoder.fail(source_);
  const int64_t width = decoder.codec.output_width, height = decoder.codec.output_height;
  if (region.width == 0 && region.height == 0) region = {0, 0, width, height};
  check_region(region, width, height);

  // Colours are interpolated between neighbours, so the columns beside the region are decoded too.
  constexpr int64_t kMargin = 16;
  const int64_t first = std::max<int64_t>(0, region.x - kMargin);
  const int64_t last = std::min(width, region.x + region.width + kMargin);
  auto left = static_cast<JDIMENSION>(first), columns = static_cast<JDIMENSION>(last - first);
  if ((first > 0 || last < width) && !decoder.guarded_columns(&left, &columns)) {
    decoder.fail(source_);
  }

  const int64_t components = decoder.codec.output_components;
  std::vector<uint8_t> line(static_cast<size_t>(columns * components));
  Picture picture{region.width, region.height, components, {}};
  const size_t row = static_cast<size_t>(region.width * components);
  picture.pixels.resize(row * static_cast<size_t>(region.height));
  const auto skip = static_cast<unsigned>((region.x - left) * components);
  if (!decoder.guarded_rows(static_cast<unsigned>(region.y), static_cast<unsigned>(region.height),
                            skip, row, line.data(), picture.pixels.data())) {
    decoder.fail(source_);
  }
  if (components == 4) {
    picture.pixels = rgb_from_cmyk(picture.pixels, decoder.codec.saw_Adobe_marker);
    picture.channels = 3;
  }
  return picture;
}

Picture parse_jpeg(Bytes bytes, std::string_view source, JpegOptions options) {
  return JpegReader(bytes, source, options.limits).read(options.reduce, options.region);
}

namespace {

struct Encoder {
  Encoder() {
    codec.err = jpeg_std_error(&messages);
    messages.error_exit = on_error;
  }
  ~Encoder() {
    jpeg_destroy_compress(&codec);
    std::free(out);
  }
  Encoder(const Encoder&) = delete;

  bool guarded_write(const Picture& picture, int quality) {
    if (setjmp(messages.leave)) return false;
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &out, &size);
    codec.image_width = static_cast<JDIMENSION>(picture.width);
    codec.image_height = static_cast<JDIMENSION>(picture.height);
    codec.input_components = static_cast<int>(picture.channels);
    codec.in_color_space = picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&codec);
    jpeg_set_quality(&codec, quality, TRUE);
    jpeg_start_compress(&codec, TRUE);
    const auto row = static_cast<size_t>(picture.width * picture.channels);
    while (codec.next_scanline < codec.image_height) {
      auto* line = const_cast<JSAMPROW>(picture.pixels.data() + codec.next_scanline * row);
      jpeg_write_scanlines(&codec, &line, 1);
    }
    jpeg_finish_compress(&codec);
    return true;
  }

  Messages messages;
  jpeg_compress_struct codec = {};
  unsigned char* out = nullptr;
  unsigned long size = 0;
};

}  // namespace

void write_jpeg(const std::string& path, const Picture& picture, int quality) {
  const bool fits = picture.width > 0 && picture.height > 0 && picture.width <= 65500 &&
                    picture.height <= 65500 && (picture.channels == 1 || picture.channels == 3) &&
                    picture.pixels.size() ==
                        static_cast<uint64_t>(picture.width * picture.height * picture.channels);
  if (!fits) {
    throw ValueError(
        text("write_jpeg: expected a picture with 1 or 3 channels and sides of at most "
             "65500 pixels, got ",
             picture.width, " x ", picture.height, " x ", picture.channels));
  }
  Encoder encoder;
  if (!encoder.guarded_write(picture, std::clamp(quality, 1, 100))) {
    throw FileError(text("cannot write ", path, ": ", encoder.messages.text)).detail("file", path);
  }
  atomic_write(path, Bytes(reinterpret_cast<const std::byte*>(encoder.out), encoder.size));
}

}  // namespace lamina::io
