#include "scenarios/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "nat_models/profiles.h"
#include "nat_models/traversal.h"
#include "scenarios/net.h"
#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"
#include "scenarios/trial_pool.h"

namespace natbed {
namespace {

// Does the same, so a trial can be run again with it.
constexpr const char* kScript = "scenarios/matrix.lua";

NatBehavior behavior_of(const NatProfile& kind, const MatrixOptions& options) {
  NatBehavior behavior = kind.behavior;
  behavior.set(&ProtocolBehavior::filter_scope, options.filter_scope);
  behavior.set(&ProtocolBehavior::reply_mapping, options.reply_mapping);
  return behavior;
}

// One worker: two homes, a STUN server, a rendezvous, one attempt to punch, in a world of their own
// each time.
class MatrixRunner final : public TrialRunner, private WorldListener {
 public:
  explicit MatrixRunner(const MatrixOptions* options) : options_(*options), world_(0) {}

  Result<Trial> run(const TrialSpec& spec) override {
    net_.reset();
    waits_for_ = ConnectionId();
    world_.reset(spec.seed);
    world_.set_listener(this);
    net_.emplace(&world_, CoreOptions());
    const auto kinds = nat_kinds();
    const Result<NodeId> x = add_home(kinds[spec.cell / kinds.size()], "x");
    if (!x) return x.error();
    const Result<NodeId> y = add_home(kinds[spec.cell % kinds.size()], "y");
    if (!y) return y.error();
    if (const Status s = add_stun(); !s) return s.error();
    return attempt(spec, *x, *y);
  }

 private:
  Result<NodeId> add_home(const NatProfile& kind, const char* name) {
    const NatBehavior behavior = behavior_of(kind, options_);
    NodeOptions box, host;
    box.what = behavior == kind.behavior ? kind.name : "nat";
    host.name = name;
    const Result<NodeId> nat = net_->topology.add_nat(NodeId(), behavior, box);
    if (!nat) return nat.error();
    return net_->topology.add_host(*nat, host);
  }

  Status add_stun() {
    NodeOptions options;
    options.name = "stun";
    const Result<NodeId> server = net_->topology.add_host(NodeId(), options);
    if (!server) return server.error();
    return net_->services.serve(*server, "stun");
  }

  Result<Trial> attempt(const TrialSpec& spec, NodeId x, NodeId y) {
    ConnectOptions connect;
    connect.techniques = kPunch;
    const Result<ConnectionId> id = net_->connections.connect(x, y, connect);
    if (!id) return id.error();
    waits_for_ = *id;
    const Instant limit = world_.now() + connect.timeout + Duration::milliseconds(1);
    while (!net_->connections.at(*id).settled && world_.now() < limit) world_.run_until(limit);
    net_->connections.give_up(*id);
    const ConnectionRecord& connection = net_->connections.at(*id);
    Record record;
    record.set("ok", connection.ok);
    if (connection.ok)
      record.set("ms", (connection.settled_at - connection.asked).as_milliseconds());
    record.set("packets", static_cast<int64_t>(connection.packets));
    Trial trial{spec.cell, spec.index, spec.seed, world_.now(), {}, {}};
    trial.records.push_back(std::move(record));
    return trial;
  }

  void on_machine_event(MachineId machine, const MachineEvent& event) override {
    net_->connections.on_machine_event(machine, event);
    if (waits_for_.valid() && net_->connections.at(waits_for_).settled) world_.stop_running();
  }
  void on_alarm(uint64_t) override {}

  const MatrixOptions& options_;
  World world_;
  std::optional<Net> net_;
  ConnectionId waits_for_;
};

class MatrixRun final : public TrialRunnerFactory {
 public:
  explicit MatrixRun(const MatrixOptions* options) : options_(options) {}
  std::unique_ptr<TrialRunner> make() override { return std::make_unique<MatrixRunner>(options_); }

 private:
  const MatrixOptions* options_;
};

std::vector<Axis> axes_of_grid() {
  std::vector<Value> kinds;
  for (const NatProfile& kind : nat_kinds()) kinds.emplace_back(std::string(kind.name));
  return {{"a", kinds}, {"b", kinds}};
}

// The settings of matrix.lua that make it the same matrix.
std::vector<std::pair<std::string, std::string>> settings_of(const MatrixOptions& options) {
  std::vector<std::pair<std::string, std::string>> set;
  if (options.filter_scope == FilterScope::kMapping) set.emplace_back("filter_scope", "mapping");
  if (options.reply_mapping == ReplyMapping::kAdmitting)
    set.emplace_back("reply_mapping", "admitting");
  return set;
}

Proportion successes_in(const Cell& cell) {
  const auto ok = std::ranges::find(cell.summaries, "ok", &Summary::key);
  return ok == cell.summaries.end() ? Proportion() : ok->proportion;
}

}  // namespace

size_t Matrix::agreeing() const {
  return static_cast<size_t>(std::ranges::count_if(cells, &MatrixCell::agrees));
}

Result<Matrix> run_matrix(const MatrixOptions& options) {
  if (!options.out.empty()) {
    if (const Status s = prepare_results(options.out); !s) return s.error();
  }
  const SweepPlan plan(options.seed, axes_of_grid(), options.trials);
  NATBED_CHECK(plan.size() <= kMostTrials, "kMostTrialsPerCell is what the caller checks");
  Matrix matrix;
  matrix.report = plan.empty_report();
  matrix.report.program = options.program;
  matrix.report.script = kScript;
  matrix.report.set = settings_of(options);
  MatrixRun factory(&options);
  const Status run = run_trials(plan, 0, factory, {options.jobs, options.progress}, matrix.report);
  if (!run) return run.error();

  const auto kinds = nat_kinds();
  std::vector<bool> verdicts;
  for (const NatProfile& a : kinds) {
    matrix.kinds.emplace_back(a.name);
    for (const NatProfile& b : kinds) {
      const NatBehavior of_a = behavior_of(a, options), of_b = behavior_of(b, options);
      verdicts.push_back(direct_path(&of_a, &of_b).can_be_direct());
    }
  }
  for (Trial& trial : matrix.report.trials)
    trial.records[0].set("oracle", bool{verdicts[trial.cell]});
  summarise(matrix.report);
  for (size_t i = 0; i < verdicts.size(); ++i) {
    matrix.cells.push_back({matrix.kinds[i / kinds.size()], matrix.kinds[i % kinds.size()],
                            successes_in(matrix.report.cells[i]), verdicts[i]});
  }
  if (!options.out.empty()) {
    if (const Status s = write_results(matrix.report, options.out); !s)
      matrix.report.unwritten.push_back(s.error());
  }
  return matrix;
}

}  // namespace natbed
