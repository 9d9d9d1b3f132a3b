#include "letters.h"

namespace atrium::auth::letters {

namespace {

Mail letter(const Account& account, Language language, const char* category, const Text& subject, const Text& text)
{
    Mail mail;
    mail.to = account.email;
    mail.locale = language == Language::French ? "fr" : "en";
    mail.subject = subject.in(language);
    const Text hello{"Bonjour " + account.name.fname + ",\n\n", "Hello " + account.name.fname + ",\n\n"};
    mail.text = hello.in(language) + text.in(language) + "\n";
    mail.category = category;
    return mail;
}

} // namespace

Mail confirmation(const Account& account, const std::string& code, Language language)
{
    return letter(account, language, "auth.confirm", {"Confirmez votre adresse", "Confirm your address"},
                  {"Votre code de confirmation est " + code +
                       ". Il est valable une heure.\n\nSi vous n'avez pas créé de "
                       "compte, ignorez ce message.",
                   "Your confirmation code is " + code +
                       ". It is good for one hour.\n\nIf you did not make an account, "
                       "ignore this message."});
}

Mail alreadyRegistered(const Account& account, Language language)
{
    return letter(account, language, "auth.confirm", {"Vous avez déjà un compte", "You already have an account"},
                  {"Quelqu'un a voulu créer un compte avec votre adresse, qui en a déjà un. Si c'était vous, "
                   "connectez-vous, ou demandez un nouveau mot de passe.",
                   "Somebody wanted to make an account with your address, which already has one. If it was you, sign "
                   "in, or ask for a new password."});
}

Mail passwordReset(const Account& account, const std::string& code, Language language)
{
    return letter(
        account, language, "auth.reset", {"Nouveau mot de passe", "New password"},
        {"Votre code pour choisir un nouveau mot de passe est " + code +
             ". Il est valable 15 minutes.\n\nSi vous ne l'avez pas demandé, ignorez ce message : votre mot de "
             "passe ne change pas.",
         "Your code for a new password is " + code +
             ". It is good for 15 minutes.\n\nIf you did not ask for it, ignore this message: your password "
             "does not change."});
}

Mail secondFactor(const Account& account, const std::string& code, Language language)
{
    return letter(account, language, "auth.factor", {"Votre code de connexion", "Your sign-in code"},
                  {"Votre code de connexion est " + code +
                       ". Il est valable 5 minutes.\n\nSi vous ne vous connectez pas en ce moment, quelqu'un connaît "
                       "votre mot de passe : changez-le.",
                   "Your sign-in code is " + code +
                       ". It is good for 5 minutes.\n\nIf you are not signing in right now, somebody knows your "
                       "password: change it."});
}

Mail passwordChanged(const Account& account, Language language)
{
    return letter(account, language, "auth.notice", {"Mot de passe modifié", "Password changed"},
                  {"Le mot de passe de votre compte vient d'être modifié. Si ce n'était pas vous, prévenez votre "
                   "administrateur.",
                   "The password of your account has just been changed. If it was not you, tell your administrator."});
}

Mail addressChanged(const Account& before, Language language)
{
    return letter(
        before, language, "auth.notice", {"Adresse modifiée", "Address changed"},
        {"L'adresse de votre compte vient d'être remplacée par une autre. Si ce n'était pas vous, prévenez votre "
         "administrateur.",
         "The address of your account has just been replaced by another. If it was not you, tell your "
         "administrator."});
}

} // namespace atrium::auth::letters
