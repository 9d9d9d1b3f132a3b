#pragma once

#include "entity_shape.h"

#include <algorithm>
#include <cmath>

namespace atrium::homeassistant_discovery {

using jinja::Var;

Error badArgument(const std::string& name);
Error notSupported(const std::string& name);

/// Builds one plan; the first error stays.
class Planner {
public:
    Planner(const EntityShape& shape, const Topics& topics, const std::string& name, const Object& arguments,
            UtcTime now)
        : shape_(shape), topics_(topics), name_(name), arguments_(arguments), now_(now)
    {
        if (shape.isOptimistic) plan_.confirmation = Confirmation::None;
    }

    Result<EntityPlan> run();

private:
    using Variables = std::vector<std::pair<std::string_view, Var>>;

    const EntityConfig& config() const { return shape_.config; }
    void send(const char* topicKey, const char* templateKey, const Var& value, Variables variables = {})
    {
        if (!config().has(topicKey)) return fail(notSupported(name_));
        std::string payload = value.text();
        const auto found = shape_.commandTemplates.find(templateKey);
        if (found != shape_.commandTemplates.end() && found->second) {
            variables.emplace_back("value", value);
            const auto rendered = found->second->render({std::move(variables), now_}, jinja::Edges::Kept);
            if (!rendered) return fail(rendered.error());
            payload = *rendered;
        }
        publish(topicKey, std::move(payload));
    }
    void publish(const char* topicKey, std::string payload)
    {
        std::string topic = shape_.topic(topics_, topicKey);
        if (!isValidTopic(topic)) return fail(notSupported(name_));
        const int qos = static_cast<int>(std::clamp(config().number("qos").value_or(0), 0.0, 2.0));
        plan_.publications.push_back({std::move(topic), std::move(payload), qos, config().flag("retain", false)});
    }
    void expect(const char* role, Value value) { plan_.expected.emplace_back(role, std::move(value)); }
    void fail(Error error)
    {
        if (!error_) error_ = std::move(error);
    }
    Var number(const char* key)
    {
        const Value* value = arguments_.find(key);
        const auto given =
            value ? value->isText() ? jinja::parseFloat(value->text()) : value->ifNumber() : std::nullopt;
        if (!given) {
            fail(badArgument(key));
            return 0;
        }
        return value->isInteger() ? Var(value->integer()) : Var(*given);
    }
    std::string word(const char* key)
    {
        const Value* value = arguments_.find(key);
        if (!value || value->isNull()) {
            fail(badArgument(key));
            return {};
        }
        return Var::from(*value).text();
    }
    /// A number as a payload: whole ones without ".0".
    static Var plain(const Var& number)
    {
        const double value = number.number();
        return std::trunc(value) == value && std::abs(value) < 9e15 ? Var(static_cast<std::int64_t>(value)) : number;
    }
    void inRange(double value, const char* leastKey, const char* mostKey, const char* argument)
    {
        const auto least = config().number(leastKey), most = config().number(mostKey);
        if ((least && value < *least) || (most && value > *most)) fail(badArgument(argument));
    }

    void switchTo(bool on);
    void light();
    void jsonLight(bool on);
    void templateLight(bool on);
    std::optional<double> brightness();
    /// In the lamp's steps; whoever looks at the percentage sees the wish as well.
    void expectBrightness(double raw)
    {
        const double scale = config().number("brightness_scale").value_or(255);
        expect("brightness_raw", raw);
        if (scale > 0) expect("brightness_pct", std::round(std::clamp(raw / scale, 0.0, 1.0) * 1000) / 10);
    }
    void climate();
    void opening();
    void fan();
    void humidifier();
    void siren();
    void alarm();
    void vacuum();
    void player();

    const EntityShape& shape_;
    const Topics& topics_;
    const std::string& name_;
    const Object& arguments_;
    const UtcTime now_;
    EntityPlan plan_;
    std::optional<Error> error_;
};

} // namespace atrium::homeassistant_discovery
