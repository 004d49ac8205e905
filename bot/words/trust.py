"""Why something was refused that has to do with whose face it is, and what became of a picture."""

from collections.abc import Callable, Mapping
from typing import Any

from bot import errors, trust_errors
from bot.errors import BotError, Role
from bot.face_names import NAME_MAX
from bot.language import _, n_
from bot.trust_errors import PictureRole
from bot.words.figures import as_typed, moment, picture


def _filtered(error: trust_errors.Filtered) -> str:
    if error.role is PictureRole.RESULT:
        return _("The bot's content filter refused the finished picture. Try other pictures.")
    return _(
        "The bot's content filter refused the {picture}. Try another picture.",
        picture=picture(Role(error.role)),
    )


def _unusable(error: errors.PictureUnusable) -> str:
    if error.problem is errors.PictureProblem.TOO_LARGE:
        return _("The {picture} is too large. Make it smaller and try again.", picture=picture(error.role))
    return _(
        "The {picture} is not a picture the bot can use. Attach a PNG, JPEG, WebP or GIF.",
        picture=picture(error.role),
    )


REASONS: Mapping[type[BotError], Callable[[Any], str]] = {
    trust_errors.TooManyFaces: lambda error: n_(
        "You have saved {count} face, which is the most. Delete it first.",
        "You have saved {count} faces, which is the most. Delete one first.",
        error.limit,
    ),
    trust_errors.NoSuchFace: lambda _error: _("You have no face saved under this name. See `/face list`."),
    trust_errors.BadFaceName: lambda _error: _(
        "A face needs a name of 1 to {most} signs that can be seen. Choose another one.", most=NAME_MAX
    ),
    trust_errors.FaceGone: lambda error: _(
        "The message that held your face {name} is gone, and the face with it. "
        "Save it again with `/face save`.",
        name=as_typed(error.name),
    ),
    trust_errors.OneFaceNeeded: lambda _error: _(
        "Give just one face: either upload a picture or choose a saved one. "
        "Open the message's menu again to try again."
    ),
    trust_errors.NoPictures: lambda _error: _(
        "There is no picture in this message that the bot can use. Try a message with a PNG or JPEG."
    ),
    trust_errors.FormExpired: lambda _error: _(
        "This form was sent already, or was open for too long. Open the message's menu again."
    ),
    trust_errors.CannotWrite: lambda _error: _(
        "Your direct messages are closed to the bot, which keeps saved faces there. Nothing was saved. "
        "Allow direct messages in this server's privacy settings and try again."
    ),
    trust_errors.PictureBlocked: lambda _error: _(
        "One of these pictures was reported and may not be used here. Try other pictures."
    ),
    trust_errors.Filtered: _filtered,
    trust_errors.FilterFailed: lambda _error: _(
        "The bot's content filter could not check your pictures, so they are not used. "
        "Try again in a few minutes."
    ),
    trust_errors.OptedOut: lambda _error: _(
        "You have opted out, so your own avatar and saved faces are not used either. "
        "Opt in again with `/privacy optout off`."
    ),
    trust_errors.NotTakingPart: lambda _error: _("This member does not take part in face swaps."),
    trust_errors.ConsentNeeded: lambda _error: _(
        "This is another member's avatar, who has to allow each use of it. "
        "Open that member's menu and pick **Swap onto this avatar** to ask."
    ),
    trust_errors.NoAvatar: lambda _error: _(
        "This member has one of Discord's default avatars, and those show no face."
    ),
    trust_errors.BotAvatar: lambda _error: _("A bot cannot agree to a face swap. Pick a person."),
    trust_errors.CannotAskHere: lambda _error: _(
        "This member has to be asked first, and would not see the question here. "
        "Ask in a channel that both of you see and where the bot may post."
    ),
    trust_errors.AlreadyAsked: lambda _error: _(
        "You have asked this member already. Wait for the answer, or withdraw your request."
    ),
    trust_errors.AskedLately: lambda error: _(
        "You have asked this member lately. You can ask again {when}.", when=moment(error.again_at)
    ),
    trust_errors.TooManyRequests: lambda error: n_(
        "You have asked {count} member lately, and that is the most. Wait for the answer.",
        "You have asked {count} members lately, and that is the most. Wait for their answers.",
        error.limit,
    ),
    trust_errors.RequestEnded: lambda _error: _("This request has ended."),
    trust_errors.RequestAnswered: lambda _error: _("This request was answered already."),
    trust_errors.CannotSign: lambda _error: _(
        "The bot could not sign your picture, and it posts none unsigned. "
        "Only whoever runs this bot can mend that, so please tell them or a moderator."
    ),
    trust_errors.TooManyReports: lambda error: n_(
        "{count} report of yours is not decided on yet, which is the most. "
        "Moderators decide within 48 hours.",
        "{count} reports of yours are not decided on yet, which is the most. "
        "Moderators decide within 48 hours.",
        error.limit,
    ),
    trust_errors.ReporterBarred: lambda _error: _(
        "The moderators of this server do not take your reports. Nothing was changed; you can write to them."
    ),
    trust_errors.NothingToReport: lambda _error: _(
        "This message shows no face swap that this bot has made, so nothing was changed. "
        "Use **Report** on the message with the picture."
    ),
    trust_errors.CaseClosed: lambda _error: _("This report was decided on before. Nothing was changed."),
    trust_errors.NotRestorable: lambda _error: _(
        "Pictures that are reported for this reason are not kept, so this one cannot be restored."
    ),
    errors.PictureGone: lambda error: _(
        "Discord does not have the {picture} any more. Attach it again.", picture=picture(error.role)
    ),
    errors.PictureUnreachable: lambda error: _(
        "Discord did not hand out the {picture} in time. Please try again.", picture=picture(error.role)
    ),
    errors.PictureUnusable: _unusable,
    trust_errors.NotOwner: lambda _error: _("Only the server's owner can do this."),
    trust_errors.QuestionExpired: lambda _error: _(
        "This question is too old to be answered. Use the command again."
    ),
    trust_errors.LeftServer: lambda _error: _(
        "The bot was removed from this server, so your swap was stopped."
    ),
    errors.NotConfirmed: lambda _error: _(
        "No face was seen in your pictures, and you did not answer in time. "
        "Try pictures where one face is large and clear."
    ),
    errors.ResultGone: lambda _error: _(
        "What this was made from is not kept any more. Use `/faceswap` with both pictures."
    ),
}
