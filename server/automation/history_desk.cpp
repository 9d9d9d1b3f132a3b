#include "automation/history_desk.h"

namespace atrium::automation {

namespace {
constexpr std::size_t mostWaiting = 1000;
constexpr int atATime = 2;
} // namespace

HistoryDesk::HistoryDesk(RecordedHistory& history, Executor& worker, Executor& core, const Clock& clock,
                         const Devices& devices, Log& log, Metrics& metrics)
    : history_(history), worker_(worker), core_(core), clock_(clock), devices_(devices), log_(log),
      depth_(metrics.gauge("atrium_queue_depth", "Tasks or messages that wait", {{"queue", "rule_history"}})),
      refused_(
          metrics.counter("atrium_rule_history_refused_total", "Questions about the past that nobody had time for"))
{}

HistoryDesk::~HistoryDesk() { *alive_ = false; }

void HistoryDesk::ask(const Object& payload, Done done)
{
    const Value view(payload);
    HistoryQuestion question;
    question.device = DeviceId{view.integerOr("device", 0)};
    question.attribute = view.textOr("attribute", "");
    const auto device = devices_.find(question.device);
    const auto* attribute = device ? device->find(question.attribute) : nullptr;
    const auto function = parseHistoryFunction(view.textOr("function", ""));
    if (!attribute || !function) return done(false, "nothing is recorded of this attribute");
    question.kind = attribute->spec->kind;
    question.current = attribute->value;
    question.function = *function;
    question.period = std::chrono::microseconds(view.integerOr("microseconds", 0));
    if (const auto* state = payload.find("state")) question.state = *state;
    question.now = clock_.now();
    if (waiting_.size() >= mostWaiting) {
        refused_.add();
        return done(false, "too many questions about the past wait already");
    }
    waiting_.push_back({std::move(question), std::move(done)});
    begin();
}

void HistoryDesk::begin()
{
    while (asked_ < atATime && !waiting_.empty()) {
        auto next = std::make_shared<Waiting>(std::move(waiting_.front()));
        waiting_.pop_front();
        ++asked_;
        const bool posted = worker_.post([this, alive = alive_, next] {
            Result<Value> result = makeError(ErrorCode::Unavailable, {"", "the history cannot be read"});
            try {
                result = answer(next->question, history_);
            }
            catch (const std::exception& error) {
                log_.error("the history cannot be read", {{"reason", error.what()}});
            }
            const std::function<void()> tell = [this, alive, next, result = std::move(result)] {
                if (!*alive) return;
                --asked_;
                if (result) next->done(true, *result);
                else next->done(false, result.error().message.en);
                begin();
            };
            core_.postPatiently(tell);
        });
        if (posted) continue;
        --asked_;
        refused_.add();
        next->done(false, "too many questions about the past wait already");
    }
    depth_.set(static_cast<double>(waiting_.size()));
}

} // namespace atrium::automation
