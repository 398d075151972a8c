// Id<Tag>: a reference that is a number, so that a world can be copied, compared and replayed.
//
// Ids are indices into a container that their owner keeps; the tag stops a node from being passed
// as an interface. A default-constructed id refers to nothing.
#pragma once

#include <compare>
#include <cstdint>

namespace natbed {

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(uint32_t value) : value_(value) {}
  constexpr uint32_t value() const { return value_; }
  constexpr bool valid() const { return value_ != kNothing; }
  constexpr auto operator<=>(const Id&) const = default;

 private:
  static constexpr uint32_t kNothing = 0xFFFFFFFF;
  uint32_t value_ = kNothing;
};

using NodeId = Id<struct NodeTag>;            // a host, router, NAT box or the core
using InterfaceId = Id<struct InterfaceTag>;  // one attachment of a node to a realm
using RowId = Id<struct RowTag>;              // one row of one NAT's mapping table
using SocketId = Id<struct SocketTag>;        // chosen by the machine that owns the socket

}  // namespace natbed
