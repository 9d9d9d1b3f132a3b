#include "function.h"

#include <algorithm>
#include <cmath>

namespace atrium::tasmota {

namespace {

/// Builds one plan; the first error stays.
class Planner {
public:
    Planner(const Function& function, const Setup& setup, const EntityCommand& command)
        : function_(function), setup_(setup), command_(command), number_(std::to_string(function.number))
    {}

    Result<EntityPlan> run()
    {
        switch (function_.kind) {
        case Function::Kind::Shutter: shutter(); break;
        case Function::Kind::Fan: fan(); break;
        case Function::Kind::Relay:
        case Function::Kind::Lamp: lamp(); break;
        case Function::Kind::Input:
        case Function::Kind::Camera: fail(command_.name); break;
        }
        if (error_) return *error_;
        return std::move(plan_);
    }

private:
    void send(const std::string& word, const std::string& payload)
    {
        plan_.publications.push_back({setup_.commandPrefix + word, payload, 0, false});
    }
    void expect(const char* role, Value value) { plan_.expected.emplace_back(role, std::move(value)); }
    void fail(const std::string& what)
    {
        if (!error_)
            error_ = makeError(ErrorCode::InvalidArgument,
                               {"Paramètre de commande invalide : " + what, "Invalid command argument: " + what});
    }
    std::optional<double> argument(std::initializer_list<const char*> keys) const
    {
        for (const char* key : keys)
            if (const Value* value = command_.arguments.find(key); value && value->isNumeric()) return value->number();
        return {};
    }
    /// A whole number within its bounds; reports the first of `keys` when it is not.
    long whole(std::initializer_list<const char*> keys, double least, double most)
    {
        const auto given = argument(keys);
        if (given && *given >= least && *given <= most) return std::lround(*given);
        fail(*keys.begin());
        return 0;
    }
    std::vector<long> parts(const char* list, std::initializer_list<const char*> keys, double most)
    {
        std::vector<long> out;
        const Value* given = command_.arguments.find(list);
        const bool isList = given && given->isList() && given->list().size() == keys.size();
        for (const char* key : keys) {
            const auto part = isList ? given->list()[out.size()].ifNumber() : argument({key});
            if (!part || *part < 0 || *part > most) fail(key);
            out.push_back(std::lround(part.value_or(0)));
        }
        return out;
    }

    void lamp()
    {
        const auto& name = command_.name;
        if (name == "turn_on" || name == "turn_off") {
            const bool on = name == "turn_on";
            send("Power" + number_, on ? setup_.on : setup_.off);
            return expect("state", on);
        }
        if (name == "set_brightness") {
            auto percent = argument({"brightness_pct", "level"});
            if (const auto raw = argument({"brightness_255", "brightness_raw"}); !percent && raw)
                percent = *raw * 100 / 255;
            if (!percent || *percent < 0 || *percent > 100) return fail("brightness_pct");
            send(function_.dimmer, std::to_string(std::lround(*percent)));
            return expect("brightness_pct", static_cast<std::int64_t>(std::lround(*percent)));
        }
        if (name == "set_color_temp") {
            const auto mireds = whole({"mireds"}, function_.coldest, function_.warmest);
            send("CT", std::to_string(mireds));
            return expect("color_temp", static_cast<std::int64_t>(mireds));
        }
        if (name == "set_hs") {
            const auto hs = parts("hs", {"h", "s"}, 360);
            send("Backlog",
                 "NoDelay;HsbColor1 " + std::to_string(hs[0]) + ";NoDelay;HsbColor2 " + std::to_string(hs[1]));
            return expect("hs", List{static_cast<std::int64_t>(hs[0]), static_cast<std::int64_t>(hs[1])});
        }
        if (name == "set_rgb") {
            List expected;
            std::string color;
            for (const auto part : parts("rgb", {"r", "g", "b"}, 255)) {
                color += (color.empty() ? "" : ",") + std::to_string(part);
                expected.emplace_back(static_cast<std::int64_t>(part));
            }
            send("Color2", color + function_.colorSuffix);
            return expect("rgb", std::move(expected));
        }
        const Value* effect = command_.arguments.find("effect");
        const auto scheme = effect && effect->isText() ? std::find(schemes().begin(), schemes().end(), effect->text())
                                                       : schemes().end();
        if (scheme == schemes().end()) return fail("effect");
        send("Scheme", std::to_string(scheme - schemes().begin()));
        expect("effect", *effect);
    }

    void fan()
    {
        // Three speeds; without a wish the middle one.
        const auto percent = command_.name == "turn_off"  ? 0
                             : command_.name == "turn_on" ? argument({"percentage"}).value_or(66)
                                                          : whole({"percentage"}, 0, 100);
        const auto speed = static_cast<std::int64_t>(std::ceil(std::clamp<double>(percent, 0, 100) * 3 / 100));
        send("FanSpeed", std::to_string(speed));
        expect("state", speed > 0);
        expect("percentage", speed * 100 / 3);
    }

    void shutter()
    {
        const auto& name = command_.name;
        if (name == "open") return send("ShutterOpen" + number_, ""), expect("state", "open");
        if (name == "close") return send("ShutterClose" + number_, ""), expect("state", "closed");
        if (name == "stop") return send("ShutterStop" + number_, "");
        if (name == "set_position") {
            const auto position = whole({"position"}, 0, 100);
            send("ShutterPosition" + number_, std::to_string(function_.isInverted ? 100 - position : position));
            return expect("position", static_cast<std::int64_t>(position));
        }
        const auto tilt = whole({"tilt"}, 0, 100);
        const double range = function_.tiltMost - function_.tiltLeast;
        send("ShutterTilt" + number_,
             std::to_string(std::lround(function_.tiltLeast + static_cast<double>(tilt) * range / 100)));
        expect("tilt", static_cast<std::int64_t>(tilt));
    }

    const Function& function_;
    const Setup& setup_;
    const EntityCommand& command_;
    const std::string number_;
    EntityPlan plan_;
    std::optional<Error> error_;
};

} // namespace

Result<EntityPlan> planFunction(const Function& function, const Setup& setup, const EntityCommand& command)
{
    return Planner(function, setup, command).run();
}

} // namespace atrium::tasmota
