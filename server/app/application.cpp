#include "app/application.h"

#include "app/configuration.h"
#include "app/server.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/OptionException.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <sys/resource.h>
#include <unistd.h>

namespace atrium::app {

namespace {

constexpr int exitConfiguration = 78;
constexpr int exitSoftware = 70;
constexpr rlim_t wantedDescriptors = 65'536;

/// Blocks the signals that end us, so that only the waiting main thread sees them; a closed socket is no reason to die.
void prepareSignals()
{
    sigset_t ours;
    sigemptyset(&ours);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) sigaddset(&ours, number);
    pthread_sigmask(SIG_BLOCK, &ours, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

/// Thousands of WebSocket clients do not fit into the usual 1,024 descriptors.
void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    if (limit.rlim_max < wantedDescriptors) {
        rlimit higher{wantedDescriptors, wantedDescriptors};
        if (::setrlimit(RLIMIT_NOFILE, &higher) == 0) return;
    }
    limit.rlim_cur = std::min(limit.rlim_max, std::max(limit.rlim_cur, wantedDescriptors));
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<std::string> environment()
{
    std::vector<std::string> variables;
    for (char** variable = ::environ; *variable; ++variable) variables.emplace_back(*variable);
    return variables;
}

} // namespace

Application::Application()
{
    setUnixOptions(true);
    prepareSignals();
}

void Application::initialize(Poco::Util::Application&)
{
    // POCO would look for a properties file of its own beside the program; ours is named or absent.
}

void Application::defineOptions(Poco::Util::OptionSet& options)
{
    using Poco::Util::Option;
    options.addOption(Option("config", "c", "read the configuration from FILE").argument("FILE"));
    options.addOption(Option("define", "D", "set one key of the configuration").argument("key=value").repeatable(true));
    options.addOption(Option("check-config", "", "say whether the configuration is right, and end"));
    options.addOption(Option("print-config", "", "print a configuration file with every key and its default, and end"));
    options.addOption(Option("version", "", "print the version, and end"));
    options.addOption(Option("help", "h", "print this text, and end"));
}

void Application::handleOption(const std::string& name, const std::string& value)
{
    if (name == "config") file_ = value;
    if (name == "define") keys_.push_back(value);
    if (name == "check-config") task_ = Task::CheckConfiguration;
    if (name == "print-config") task_ = Task::PrintTemplate;
    if (name == "version") task_ = Task::Version;
    if (name == "help") task_ = Task::Help;
    if (task_ == Task::Help || task_ == Task::Version) stopOptionsProcessing();
}

int Application::main(const std::vector<std::string>& arguments)
{
    if (!arguments.empty()) {
        std::fprintf(stderr, "%s: there is no such option; try --help\n", arguments[0].c_str());
        return exitConfiguration;
    }
    switch (task_) {
    case Task::Help: {
        Poco::Util::HelpFormatter help(options());
        help.setCommand(commandName());
        help.setUsage("[--config FILE] [-Dkey=value]...");
        help.setHeader("The Atrium server: home and campus automation.");
        help.format(std::cout);
        return 0;
    }
    case Task::Version: std::printf("Atrium %s\n", Server::version); return 0;
    case Task::PrintTemplate: std::fputs(propertiesTemplate().c_str(), stdout); return 0;
    case Task::CheckConfiguration:
    case Task::Serve: break;
    }
    return serve();
}

int Application::serve()
{
    try {
        const Configuration configuration(file_, keys_, environment());
        if (task_ == Task::CheckConfiguration) {
            std::puts("the configuration is right");
            return 0;
        }
        raiseDescriptorLimit();
        Server server(configuration);
        server.start();
        waitForTerminationRequest();
        server.stop();
        return 0;
    }
    catch (const ConfigurationError& error) {
        std::fprintf(stderr, "configuration: %s\n", error.what());
        return exitConfiguration;
    }
    catch (const std::exception& error) {
        std::fprintf(stderr, "Atrium cannot start: %s\n", error.what());
        return exitSoftware;
    }
}

} // namespace atrium::app
