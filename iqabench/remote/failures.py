"""Reasons why a store elsewhere cannot be used, in plain words, from the errors of any library below fsspec.

These libraries are not imported: their errors are known by the names of their classes and by the codes of S3.
"""

import errno

from iqabench.remote.address import without_secrets

_NO_CREDENTIALS = """
NoCredentialsError PartialCredentialsError CredentialRetrievalError TokenRetrievalError NoAuthTokenError
UnauthorizedSSOTokenError SSOTokenLoadError DefaultCredentialsError
"""
_REFUSED_CREDENTIALS = """
InvalidAccessKeyId SignatureDoesNotMatch ExpiredToken ExpiredTokenException InvalidToken 401 AuthFailure
InvalidClientTokenId TokenRefreshRequired UnrecognizedClientException
"""
_REFUSED = "AccessDenied 403 Forbidden AllAccessDisabled AccountProblem PermissionError"
_NO_BUCKET = "NoSuchBucket"
_FULL = "QuotaExceeded XMinioStorageFull InsufficientStorage 507 StorageFull EntityTooLarge"
_NO_ANSWER = """
EndpointConnectionError ConnectTimeoutError ReadTimeoutError ConnectionClosedError FSTimeoutError TimeoutError
ConnectionError ConnectionRefusedError ConnectionResetError ClientConnectorError ServerTimeoutError
ServerDisconnectedError ClientPayloadError HTTPClientError ResponseStreamingError IncompleteReadError
BrokenPipeError ProxyConnectionError
"""
_BUSY = """
SlowDown ServiceUnavailable InternalError RequestTimeout Throttling ThrottlingException 500 502 503 504
OperationAborted TooManyRequests 429
"""

_REASONS = (
    ("ProfileNotFound", "{line}. Set AWS_PROFILE to a profile of ~/.aws/config."),
    (
        _NO_CREDENTIALS,
        "there are no credentials for it. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile "
        "with AWS_PROFILE.",
    ),
    (
        _REFUSED_CREDENTIALS,
        "its credentials were refused ({code}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
        "AWS_SESSION_TOKEN and AWS_PROFILE.",
    ),
    (_REFUSED, "access was refused ({code}): the credentials give no right to {act}."),
    (_NO_BUCKET, "there is no such bucket. Create it, or correct the address."),
    (_FULL, "it is full ({code}). Make room."),
    (
        _NO_ANSWER,
        "its server does not answer ({code}: {line}). Check the network and the endpoint; for s3:// that is "
        "AWS_ENDPOINT_URL.",
    ),
    (
        "FileNotFoundError",
        "it was not found ({line}). Create its bucket, or correct the address; for s3:// the endpoint is "
        "AWS_ENDPOINT_URL.",
    ),
    (_BUSY, "its server is busy or out of order ({code}). Try again later."),
)
"""The sentences for groups of errors; the first that fits is taken."""


def reason_of(error: BaseException, act: str) -> str:
    """Return why an act on a store elsewhere failed, and what to do, as sentences without secrets.

    `act`: the right that it needs, as in `write to it`.
    """
    names = _names(error)
    for group, sentence in _REASONS:
        if code := next((name for name in names if name in group.split()), ""):
            return sentence.format(code=code, line=_text_of(error), act=act)
    return f"{type(error).__name__}: {_text_of(error)}. Check the address, and for s3:// AWS_ENDPOINT_URL."


def is_passing(error: BaseException) -> bool:
    """Return whether an error may go by itself: no answer, or a server that is busy."""
    names = set(_names(error))
    stays = " ".join([_NO_CREDENTIALS, _REFUSED_CREDENTIALS, _REFUSED, _FULL, _NO_BUCKET]).split()
    return names.isdisjoint(stays) and not names.isdisjoint([*_NO_ANSWER.split(), *_BUSY.split()])


def is_absence(error: BaseException) -> bool:
    """Return whether an error says that there is no such object."""
    return isinstance(error, FileNotFoundError) and _NO_BUCKET not in _names(error)


def _names(error: BaseException) -> list[str]:
    """Return the codes and then the classes of an error and of those that caused it."""
    codes: list[str] = []
    kinds: list[str] = []
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        kinds += [kind.__name__ for kind in type(link).__mro__[:2]]
        response = getattr(link, "response", None)
        if isinstance(response, dict):
            codes.append(str(response.get("Error", {}).get("Code", "")))
        if isinstance(link, OSError) and link.errno in (errno.ENOSPC, errno.EDQUOT):
            codes.append("StorageFull")
        link = link.__cause__ or link.__context__
    return [*codes, *kinds]


def _text_of(error: BaseException) -> str:
    text = " ".join(str(error).split()).partition("?")[0].rstrip(" .")
    return without_secrets(text)[:200] or type(error).__name__
