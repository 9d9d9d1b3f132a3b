// smtp-sink PORT FOLDER [CERTIFICATE KEY [implicit]]: an SMTP server for tests (RFC 5321, 3207, 4954) on 127.0.0.1. It
// writes each mail to FOLDER/mails/NUMBER, with the envelope before the first empty line. FOLDER/mode says how the next
// connection is treated (see SmtpServer).
#include <Poco/Base64Decoder.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DialogSocket.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace {

using Poco::Net::SecureStreamSocket;
namespace fs = std::filesystem;

struct Sink {
    fs::path folder;
    Poco::Net::Context::Ptr context; ///< null = no TLS
    bool implicitTls = false;
    std::atomic<int> mails{0};

    std::string mode() const
    {
        std::ifstream file(folder / "mode");
        std::string mode;
        return std::getline(file, mode) ? mode : "accept";
    }
};

std::string decode(const std::string& base64)
{
    std::istringstream in(base64);
    Poco::Base64Decoder decoder(in);
    return {std::istreambuf_iterator<char>(decoder), {}};
}

/// One connection until QUIT, or until the mode ends it.
class Dialogue {
public:
    Dialogue(Sink& sink, const Poco::Net::StreamSocket& socket) : sink_(sink), socket_(socket), mode_(sink.mode())
    {
        if (sink_.implicitTls) secure();
    }

    void run()
    {
        if (mode_ == "close") return;
        say(mode_ == "unavailable" ? "421 not now" : "220 sink ready");
        std::string line;
        while (!done_ && socket_.receiveMessage(line)) answer(line);
    }

private:
    void say(const std::string& line)
    {
        if (mode_ == "stall") ::sleep(3600);
        socket_.sendMessage(line);
    }

    void secure()
    {
        Poco::Net::StreamSocket plain(socket_);
        socket_ = SecureStreamSocket::attach(plain, sink_.context);
        isSecure_ = true;
    }

    void answer(const std::string& line)
    {
        const auto command = Poco::toUpper(line.substr(0, line.find_first_of(" :")));
        if (command == "EHLO") sayCapabilities();
        else if (command == "STARTTLS") startTls();
        else if (command == "AUTH") authenticate(line);
        else if (command == "MAIL") {
            from_ = line;
            say("250 2.1.0 fine");
        }
        else if (command == "RCPT") takeRecipient(line);
        else if (command == "DATA") takeMessage();
        else if (command == "QUIT") {
            say("221 bye");
            done_ = true;
        }
        else say("500 what?");
    }

    void sayCapabilities()
    {
        const bool offersTls = sink_.context && !isSecure_ && mode_ != "no-starttls";
        socket_.sendMessage("250-sink");
        if (offersTls) socket_.sendMessage("250-STARTTLS");
        socket_.sendMessage(mode_ == "login-only" ? "250-AUTH LOGIN" : "250-AUTH PLAIN LOGIN");
        say("250 8BITMIME");
    }

    void startTls()
    {
        if (mode_ == "refuse-starttls") return say("454 4.7.0 not now");
        // "inject": what a man in the middle would put behind the answer, to be taken for the server's own.
        socket_.sendMessage(mode_ == "inject" ? "220 go on\r\n250-forged\r\n250 AUTH PLAIN" : "220 go on");
        secure();
    }

    void authenticate(const std::string& line)
    {
        const Poco::StringTokenizer words(line, " ");
        if (words[1] == "PLAIN") {
            const auto credentials = decode(words[2]);
            user_ = credentials.substr(1, credentials.find('\0', 1) - 1);
            password_ = credentials.substr(credentials.find('\0', 1) + 1);
        }
        else {
            std::string text;
            say("334 VXNlcm5hbWU6");
            socket_.receiveMessage(text);
            user_ = decode(text);
            say("334 UGFzc3dvcmQ6");
            socket_.receiveMessage(text);
            password_ = decode(text);
        }
        say(mode_ == "refuse-login" ? "535 5.7.8 wrong password " + password_ : "235 2.7.0 welcome");
    }

    void takeRecipient(const std::string& line)
    {
        to_ = line;
        if (mode_ == "refuse-recipient") say("550 5.1.1 no such person " + line);
        else if (mode_ == "later") say("451 4.7.1 greylisted");
        else say("250 2.1.5 fine");
    }

    void takeMessage()
    {
        say("354 go on");
        if (mode_ == "close-in-message") {
            done_ = true;
            return;
        }
        std::string message, line;
        while (socket_.receiveMessage(line) && line != ".")
            message += (line.starts_with("..") ? line.substr(1) : line) + '\n';
        if (mode_ == "refuse-message") return say("554 5.7.1 spam");
        const auto name = std::to_string(++sink_.mails);
        {
            std::ofstream file(sink_.folder / "mails" / (name + ".part"));
            file << from_ << '\n'
                 << to_ << "\nTLS " << isSecure_ << "\nUSER " << user_ << "\nPASSWORD " << password_ << "\n\n"
                 << message;
        }
        fs::rename(sink_.folder / "mails" / (name + ".part"), sink_.folder / "mails" / name);
        if (mode_ == "close-after-message") {
            done_ = true;
            return;
        }
        say("250 2.0.0 taken");
    }

    Sink& sink_;
    Poco::Net::DialogSocket socket_;
    const std::string mode_;
    bool isSecure_ = false;
    bool done_ = false;
    std::string from_, to_, user_, password_;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) return 2;
    ::signal(SIGPIPE, SIG_IGN);
    Sink sink;
    sink.folder = argv[2];
    fs::create_directories(sink.folder / "mails");
    using Poco::Net::Context;
    if (argc >= 5) sink.context = new Context(Context::TLS_SERVER_USE, argv[4], argv[3], "", Context::VERIFY_NONE);
    sink.implicitTls = argc >= 6;
    Poco::Net::ServerSocket server;
    server.bind({"127.0.0.1", static_cast<Poco::UInt16>(std::stoi(argv[1]))}, true);
    server.listen();
    for (;;) {
        // Its thread alone has the socket, and closes it.
        auto socket = std::make_unique<Poco::Net::StreamSocket>(server.acceptConnection());
        std::thread([&sink, socket = std::move(socket)] {
            try {
                Dialogue(sink, *socket).run();
            }
            catch (const Poco::Exception& error) {
                std::cerr << error.displayText() << '\n';
            }
        }).detach();
    }
}
