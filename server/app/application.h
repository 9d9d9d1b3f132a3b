#pragma once

#include <Poco/Util/ServerApplication.h>

#include <optional>
#include <string>
#include <vector>

namespace atrium::app {

/// The program `atriumd`: options, signals, limits of the process, and the life of one Server.
/// Exit codes: 0 stopped as asked; 78 (EX_CONFIG) wrong configuration or options; 70 (EX_SOFTWARE) could not start.
class Application : public Poco::Util::ServerApplication {
public:
    Application();

protected:
    void initialize(Poco::Util::Application& self) override;
    void defineOptions(Poco::Util::OptionSet& options) override;
    void handleOption(const std::string& name, const std::string& value) override;
    int main(const std::vector<std::string>& arguments) override;

private:
    enum class Task { Serve, Help, Version, CheckConfiguration, PrintTemplate };

    int serve();

    Task task_ = Task::Serve;
    std::optional<std::string> file_;
    std::vector<std::string> keys_;
};

} // namespace atrium::app
