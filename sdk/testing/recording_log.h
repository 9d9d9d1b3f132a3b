#pragma once

#include "atrium/json.h"
#include "atrium/log.h"

#include <mutex>
#include <string>
#include <vector>

namespace atrium::testing {

/// A log that keeps its lines for the test. Thread: any.
class RecordingLog : public Log {
public:
    struct Line {
        LogLevel level;
        std::string message;
        Object fields;
    };

    bool enabled(LogLevel) const override { return true; }
    void write(LogLevel level, std::string_view message, const Object& fields = {}) override
    {
        std::lock_guard lock(mutex_);
        lines_.push_back({level, std::string(message), fields});
    }

    std::vector<Line> lines() const
    {
        std::lock_guard lock(mutex_);
        return lines_;
    }
    /// Whether `text` occurs in a message or a field of any line: that a secret does not.
    bool mentions(std::string_view text) const
    {
        for (const auto& line : lines())
            if (line.message.find(text) != std::string::npos ||
                toJson(Value(line.fields)).find(text) != std::string::npos)
                return true;
        return false;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Line> lines_;
};

} // namespace atrium::testing
