#include "lamina/io/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/io/bytes.h"
#include "tests/cpp/io/damage.h"

using namespace lamina;
using io::Json;
using io::parse_json;

static std::string round_trip(std::string_view text) { return parse_json(text, "test").dump(); }

TEST(Json, KeepsOrderAndKinds) {
  const char* text = R"({"z":[1,-2.5,true,null],"a":{"s":"x\n\"\\é"},"e":[],"o":{}})";
  EXPECT_EQ(round_trip(text), text);
  const Json json = parse_json(text, "test");
  EXPECT_EQ(json.at("z").as_array()[0].as_integer(), 1);
  EXPECT_EQ(json.at("z").as_array()[0].as_double(), 1.0);
  EXPECT_TRUE(json.at("z").as_array()[3].is_null());
  EXPECT_EQ(json.find("q"), nullptr);
  EXPECT_THROW(json.at("q"), KeyError);
  EXPECT_THROW(json.at("z").as_object(), ValueError);
}

TEST(Json, BuildsValues) {
  Json object;
  object.set("name", "digits").set("sizes", Json::Array{64, 10}).set("rate", 0.1f > 0);
  object.set("name", std::string("other"));
  EXPECT_EQ(object.dump(), R"({"name":"other","sizes":[64,10],"rate":true})");
  EXPECT_EQ(Json::Array{}.size(), 0u);
  EXPECT_EQ(parse_json(object.dump(2), "test"), object);
  EXPECT_EQ(Json().push_back(1).dump(2), "[\n  1\n]");
}

TEST(Json, NumbersReadBackTheSame) {
  for (double value : {0.1, 1.0, -0.0, 1e300, 5e-324, 1.0 / 3, 123456789012345680.0}) {
    const Json back = parse_json(Json(value).dump(), "test");
    EXPECT_FALSE(back.is_integer()) << value;
    EXPECT_EQ(back.as_double(), value);
    EXPECT_EQ(std::signbit(back.as_double()), std::signbit(value));
  }
  EXPECT_EQ(parse_json("9223372036854775807", "t").as_integer(), INT64_MAX);
  EXPECT_EQ(parse_json("-9223372036854775808", "t").as_integer(), INT64_MIN);
  EXPECT_FALSE(parse_json("9223372036854775808", "t").is_integer());
  EXPECT_EQ(parse_json("1e-400", "t").as_double(), 0.0);
  EXPECT_THROW(parse_json("1e400", "t"), FileError);
  EXPECT_THROW(Json(NAN).dump(), ValueError);
  EXPECT_THROW(Json(std::numeric_limits<double>::infinity()).dump(), ValueError);
}

TEST(Json, Unicode) {
  EXPECT_EQ(parse_json(R"("\u00e9\ud83d\ude00\u0000")", "t").as_string(),
            std::string("\xc3\xa9\xf0\x9f\x98\x80\0", 7));
  EXPECT_EQ(round_trip("\"\\u0001\""), "\"\\u0001\"");
  EXPECT_EQ(Json("\xff").dump(), "\"\\ufffd\"");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "-", "+1", "1.", ".5", "1e",
        "nul", "truex", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
        "\"\n\"", "\"abc", "[1] 2", "// no", "NaN", "Infinity", "0x10", "\"\xc0\x80\"",
        "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "{\"a\":1,\"b\":2,\"a\":3}"}) {
    EXPECT_THROW(parse_json(std::string_view(text), "test"), FileError) << text;
  }
}

TEST(Json, ErrorsSayWhere) {
  try {
    parse_json("{\n  \"a\": 1,\n  \"b\": oops\n}", "config.json");
    FAIL();
  } catch (const FileError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("config.json: bad JSON at byte 19"), std::string::npos) << what;
    EXPECT_NE(what.find("line 3, column 8"), std::string::npos) << what;
    EXPECT_NE(what.find("expected   a JSON value"), std::string::npos) << what;
  }
}

TEST(Json, KeepsTheLimits) {
  const std::string deep64 = std::string(64, '[') + std::string(64, ']');
  EXPECT_NO_THROW(parse_json(deep64, "t"));
  EXPECT_THROW(parse_json("[" + deep64 + "]", "t"), FileError);
  EXPECT_THROW(parse_json(std::string(1000000, '['), "t"), FileError);
  EXPECT_THROW(parse_json("[1,2,3]", "t", {.bytes = 6}), FileError);
  EXPECT_NO_THROW(parse_json("[1,2,3]", "t", {.values = 4}));
  EXPECT_THROW(parse_json("[1,2,3]", "t", {.values = 3}), FileError);
}

TEST(Json, SurvivesDamage) {
  const std::string text = R"({"name": "dígits \u00e9", "sizes": [64, -1.5e3], "o": {"t": true}})";
  const auto read = [](io::Bytes bytes) { parse_json(bytes, "test"); };
  EXPECT_EQ(damage(io::as_bytes(text), text.size(), read).accepted_truncations, 0u);
}
