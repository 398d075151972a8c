// Debian's coturn in the background, on loopback, with one user "alice" whose password is "secret".
#pragma once

#include <string>

#include "base/address.h"
#include "tests/support/program.h"

namespace natbed::testing_support {

class Coturn {
 public:
  Coturn()
      : program_({"turnserver",
                  "-n",
                  "-L",
                  "127.0.0.1",
                  "-L",
                  "127.0.0.2",
                  "-E",
                  "127.0.0.1",
                  "-p",
                  "3478",
                  "--lt-cred-mech",
                  "-u",
                  "alice:secret",
                  "-r",
                  "natbed",
                  "--no-tls",
                  "--no-dtls",
                  "--no-cli",
                  "--allow-loopback-peers",
                  "--pidfile",
                  "/dev/null",
                  "--userdb",
                  "/dev/null",
                  "--log-file",
                  "stdout",
                  "--simple-log"}) {}
  // Its last line before it serves.
  bool ready() { return program_.says("Total General servers"); }
  Endpoint address() const { return {IpAddress::v4(127, 0, 0, 1), 3478}; }
  const std::string& output() const { return program_.output(); }

 private:
  Background program_;
};

}  // namespace natbed::testing_support
