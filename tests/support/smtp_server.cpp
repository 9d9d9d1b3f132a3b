#include "support/smtp_server.h"

#include <Poco/Base64Decoder.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace atrium::testing {

namespace {

namespace fs = std::filesystem;

ReceivedMail readMail(const fs::path& path)
{
    std::ifstream file(path);
    ReceivedMail mail;
    for (std::string line; std::getline(file, line) && !line.empty();) {
        const auto value = line.substr(line.find_first_of(" :<") + 1);
        if (line.starts_with("MAIL FROM:<")) mail.from = line.substr(11, line.size() - 12);
        else if (line.starts_with("RCPT TO:<")) mail.to = line.substr(9, line.size() - 10);
        else if (line.starts_with("TLS ")) mail.secure = value == "1";
        else if (line.starts_with("USER ")) mail.user = value;
        else if (line.starts_with("PASSWORD ")) mail.password = value;
    }
    mail.message.assign(std::istreambuf_iterator<char>(file), {});
    return mail;
}

} // namespace

std::string ReceivedMail::header(const std::string& name) const
{
    std::istringstream lines(message);
    std::string value;
    bool found = false;
    for (std::string line; std::getline(lines, line) && !line.empty();) {
        if (found && line.front() == ' ') value += line;
        else if (found) break;
        else if (line.starts_with(name + ": ")) {
            found = true;
            value = line.substr(name.size() + 2);
        }
    }
    return value;
}

std::string ReceivedMail::text() const
{
    const std::string mark = "Content-Transfer-Encoding: base64\n\n";
    std::string text;
    for (auto at = message.find(mark); at != std::string::npos; at = message.find(mark, at + 1)) {
        const auto start = at + mark.size();
        auto end = message.find("\n--", start);
        if (end == std::string::npos) end = message.size();
        std::istringstream part(message.substr(start, end - start));
        Poco::Base64Decoder decoder(part);
        text.append(std::istreambuf_iterator<char>(decoder), {});
    }
    return text;
}

SmtpServer::SmtpServer(Protection protection) : protection_(protection), port_(freePort())
{
    if (protection != Protection::None) certificates_ = std::make_unique<TestCertificates>();
    start();
}

void SmtpServer::start()
{
    std::vector<std::string> command{ATRIUM_SMTP_SINK, std::to_string(port_), folder_.str()};
    if (certificates_) {
        const auto server = certificates_->issue("localhost");
        command.push_back(server.certificateFile);
        command.push_back(server.keyFile);
        if (protection_ == Protection::Tls) command.push_back("implicit");
    }
    process_ = std::make_unique<ChildProcess>(command, folder_.str() + "/log");
    for (int i = 0; !isListening(port_); ++i) {
        if (i > 1000 || !process_->running()) throw std::runtime_error("the mail server of the test does not start");
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

std::string SmtpServer::authorityFile() const { return certificates_ ? certificates_->authorityFile() : ""; }

void SmtpServer::behave(const std::string& mode) { folder_.write("mode", mode + "\n"); }

std::vector<ReceivedMail> SmtpServer::mails() const
{
    std::vector<ReceivedMail> mails;
    for (int number = 1; fs::exists(folder_.path() / "mails" / std::to_string(number)); ++number)
        mails.push_back(readMail(folder_.path() / "mails" / std::to_string(number)));
    return mails;
}

ReceivedMail SmtpServer::waitForMail(std::size_t index, std::chrono::milliseconds patience) const
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto all = mails();
        if (all.size() > index) return all[index];
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("no mail came");
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}

} // namespace atrium::testing
