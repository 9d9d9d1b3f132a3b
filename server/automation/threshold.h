#pragma once

namespace atrium::automation {

/// Tells when a value crosses a threshold, once a crossing: `above(80, hysteresis 2)` fires when the value goes over 80
/// and again only after it was at 78 or less. A value that lies beyond when the rule is loaded has crossed before.
class Threshold {
public:
    enum class Direction { Above, Below };
    Threshold(Direction direction, double limit, double hysteresis)
        : direction_(direction), limit_(limit), hysteresis_(hysteresis)
    {}

    /// Takes the value at the time of loading; fires nothing.
    void begin(double value) { armed_ = !isBeyond(value); }
    /// The same for one that had crossed before: it goes on unless the value is back by the hysteresis.
    void resume(double value) { armed_ = isBack(value); }

    /// Whether this sample is a crossing.
    bool crosses(double value)
    {
        if (armed_) {
            if (!isBeyond(value)) return false;
            armed_ = false;
            return true;
        }
        armed_ = isBack(value);
        return false;
    }

    /// Beyond, and not yet back by the hysteresis.
    bool isCrossed() const { return !armed_; }
    bool isBeyond(double value) const { return direction_ == Direction::Above ? value > limit_ : value < limit_; }
    /// From where on it counts again.
    double rearmAt() const { return direction_ == Direction::Above ? limit_ - hysteresis_ : limit_ + hysteresis_; }
    double limit() const { return limit_; }
    Direction direction() const { return direction_; }
    /// Whether `value` comes nearer to a crossing than `other`.
    bool isNearer(double value, double other) const
    {
        return direction_ == Direction::Above ? value > other : value < other;
    }

private:
    bool isBack(double value) const { return direction_ == Direction::Above ? value <= rearmAt() : value >= rearmAt(); }

    Direction direction_;
    double limit_;
    double hysteresis_;
    bool armed_ = true;
};

} // namespace atrium::automation
