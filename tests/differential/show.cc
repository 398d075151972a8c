#include "tests/differential/show.h"

#include <exception>
#include <string>

#include "tests/differential/kernel_box.h"
#include "tests/differential/model_subject.h"
#include "tests/differential/wall_clock.h"

namespace natbed::differential {
namespace {

std::string read_all(std::FILE* in) {
  std::string text;
  char room[4096];
  while (const size_t size = std::fread(room, 1, sizeof room, in)) text.append(room, size);
  return text;
}

Side side_of(const Step& step) { return step.from_inside() ? Side::kInside : Side::kOutside; }

}  // namespace

int show(std::string_view name, std::FILE* in, std::FILE* out) {
  const auto rules = parse_rules(name);
  if (!rules) return std::fprintf(stderr, "%s\n", rules.error().message.c_str()), 2;
  const auto sequence = parse_sequence(read_all(in));
  if (!sequence) return std::fprintf(stderr, "%s\n", sequence.error().message.c_str()), 2;
  const Namespace ends = Namespace::make();
  KernelBox kernel(*rules, ends, 0);
  ModelBox model(*rules, 1);
  Play by_kernel(*sequence), by_model(*sequence);
  Instant now;
  for (size_t i = 0; i < sequence->size(); ++i) {
    const Step& step = (*sequence)[i];
    std::fprintf(out, "%2zu  %s\n", i + 1, to_string(step).c_str());
    const auto kernel_packet = by_kernel.packet();
    const auto model_packet = by_model.packet();
    if (step.what == What::kWait) {
      const Duration length = Duration::seconds(step.seconds) + Duration::milliseconds(250);
      wait_until(wall_clock() + length);
      now = now + length;
    }
    by_kernel.saw(kernel_packet ? kernel.carry(*kernel_packet, side_of(step)) : kernel.listen());
    by_model.saw(model_packet ? model.carry(*model_packet, side_of(step), now)
                              : std::vector<Emission>());
    const std::string& a = by_kernel.outcomes().back();
    const std::string& b = by_model.outcomes().back();
    std::fprintf(out, "      kernel: %s\n", a.c_str());
    if (a != b) std::fprintf(out, "      natbed: %s\n", b.c_str());
    for (const KernelFlow& flow : kernel.flows())
      std::fprintf(out, "        | %s\n", to_string(flow).c_str());
  }
  return 0;
}

}  // namespace natbed::differential
