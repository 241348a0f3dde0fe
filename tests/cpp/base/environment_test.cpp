#include "lamina/base/environment.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "lamina/base/error.h"
#include "lamina/base/timer.h"

namespace environment = lamina::environment;

static void set(const char* name, const char* value) {
  setenv(name, value, 1);
  environment::forget();
}

TEST(Environment, ReadsOnce) {
  set("LAMINA_TEST", "7");
  EXPECT_EQ(environment::integer("LAMINA_TEST", 1), 7);
  setenv("LAMINA_TEST", "8", 1);
  EXPECT_EQ(environment::integer("LAMINA_TEST", 1), 7);
  environment::forget();
  EXPECT_EQ(environment::integer("LAMINA_TEST", 1), 8);
}

TEST(Environment, UnsetAndEmptyGiveTheFallback) {
  unsetenv("LAMINA_TEST");
  environment::forget();
  EXPECT_EQ(environment::integer("LAMINA_TEST", -3), -3);
  EXPECT_TRUE(environment::flag("LAMINA_TEST", true));
  EXPECT_FALSE(environment::flag("LAMINA_TEST"));
  set("LAMINA_TEST", "");
  EXPECT_EQ(environment::string("LAMINA_TEST", "default"), "default");
}

TEST(Environment, Flags) {
  for (const char* value : {"1", "true", "YES", "On"}) {
    set("LAMINA_TEST", value);
    EXPECT_TRUE(environment::flag("LAMINA_TEST")) << value;
  }
  for (const char* value : {"0", "False", "no", "off"}) {
    set("LAMINA_TEST", value);
    EXPECT_FALSE(environment::flag("LAMINA_TEST", true)) << value;
  }
}

TEST(Environment, MalformedValuesAreNamed) {
  set("LAMINA_TEST", "maybe");
  EXPECT_THROW(environment::flag("LAMINA_TEST"), lamina::ValueError);
  for (const char* value : {"4x", " 4", "4.5", "99999999999999999999", "0", "1025"}) {
    set("LAMINA_TEST", value);
    try {
      environment::integer("LAMINA_TEST", 1, 1, 1024);
      FAIL() << value;
    } catch (const lamina::ValueError& error) {
      const std::string expected =
          "environment variable LAMINA_TEST: expected an integer from 1 to 1024, got ";
      EXPECT_EQ(error.message(), expected + '"' + value + '"');
    }
  }
}

TEST(Timer, RunsForward) {
  lamina::Timer timer;
  EXPECT_GE(timer.seconds(), 0.0);
}
