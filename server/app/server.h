#pragma once

#include "app/configuration.h"
#include "automation/tracing.h"

#include <memory>

namespace atrium::app {

/// The composition root: makes all parts, in the order in which they need each other, and stops them in reverse.
/// Thread: the main thread.
class Server {
public:
    static const char* const version;

    /// Makes and checks everything that needs no network: data folder, first connection. Throws with a sentence
    /// that tells an operator what to do.
    explicit Server(const Configuration& configuration);
    ~Server();

    /// Returns when the server is ready: broker, plugins, automations, and then the listening ports.
    void start();
    /// Ends requests in hand, writes out what is queued, and stops within ten seconds. Idempotent.
    void stop();
    /// Whether rules note what people will need who ask why nothing happened: a measurement turns it off and on again
    /// while the server runs. Thread: any but core.
    void setTracing(automation::Tracing tracing);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace atrium::app
