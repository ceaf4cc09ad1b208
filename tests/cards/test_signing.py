"""Signing cards, and telling a good signature from all others."""

import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from a2a.types import a2a_pb2 as pb
from a2a.utils.signing import create_agent_card_signer, create_signature_verifier
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from agentia.cards import CardInvalid, CardSignatureInvalid, card_from_json, card_to_json
from agentia.cards.signing import protected_header, sign_card, verify_card
from agentia.core.identity import ServiceKey


def encoded(header: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()


def forged(card: pb.AgentCard, header: object, signature: str = "c2ln") -> pb.AgentCard:
    copy = pb.AgentCard()
    copy.CopyFrom(card)
    copy.signatures.add(protected=encoded(header), signature=signature)
    return copy


def test_a_signed_card_verifies_with_the_signers_keys(card: pb.AgentCard, key: ServiceKey) -> None:
    verify_card(sign_card(card, key), key.jwks())


def test_signing_leaves_the_card_as_it_was(card: pb.AgentCard, key: ServiceKey) -> None:
    sign_card(card, key)
    assert not card.signatures


def test_the_header_names_key_and_algorithm_and_no_place(card: pb.AgentCard, key: ServiceKey) -> None:
    header = protected_header(sign_card(card, key).signatures[0])
    assert header == {"alg": "EdDSA", "kid": key.kid, "typ": "JOSE"}


def test_the_sdk_verifies_our_signature(card: pb.AgentCard, key: ServiceKey) -> None:
    public = jwt.PyJWK(key.jwks()["keys"][0])
    create_signature_verifier(lambda kid, jku: public, ["EdDSA"])(sign_card(card, key))


def test_the_signature_holds_in_every_layout_the_card_is_served_in(card: pb.AgentCard, key: ServiceKey) -> None:
    verify_card(card_from_json(card_to_json(sign_card(card, key))), key.jwks())


def test_signing_again_replaces_only_ones_own_signature(card: pb.AgentCard, key: ServiceKey, tmp_path: Path) -> None:
    other = ServiceKey.load_or_create(tmp_path / "other.pem", "other")
    twice = sign_card(sign_card(sign_card(card, key), other), key)
    assert [protected_header(each)["kid"] for each in twice.signatures] == [other.kid, key.kid]
    verify_card(twice, other.jwks())


def test_any_change_breaks_the_signature(card: pb.AgentCard, key: ServiceKey) -> None:
    signed = sign_card(card, key)
    signed.supported_interfaces[0].url = "https://evil.example"
    with pytest.raises(CardSignatureInvalid, match="does not match"):
        verify_card(signed, key.jwks())


def test_an_unsigned_card_is_not_verified(card: pb.AgentCard, key: ServiceKey) -> None:
    with pytest.raises(CardSignatureInvalid, match="not signed"):
        verify_card(card, key.jwks())


def test_a_key_of_someone_else_with_the_same_kid_does_not_do(
    card: pb.AgentCard, key: ServiceKey, tmp_path: Path
) -> None:
    other = ServiceKey.load_or_create(tmp_path / "other.pem", "other").jwks()
    other["keys"][0]["kid"] = key.kid
    with pytest.raises(CardSignatureInvalid):
        verify_card(sign_card(card, key), other)


@pytest.mark.parametrize(
    "jwks", [{}, {"keys": []}, {"keys": None}, {"keys": "x"}, {"keys": [5, {}]}, {"keys": [{"kid": "k"}]}]
)
def test_keys_that_are_none_verify_nothing(card: pb.AgentCard, key: ServiceKey, jwks: dict[str, Any]) -> None:
    with pytest.raises(CardSignatureInvalid):
        verify_card(sign_card(card, key), jwks)


def test_the_public_key_used_as_a_secret_is_refused(card: pb.AgentCard, key: ServiceKey) -> None:
    secret = key.private.public_key().public_bytes_raw()
    header = {"alg": "HS256", "kid": key.kid, "typ": "JOSE", "jku": None}
    confused = create_agent_card_signer(secret, header)(card)  # type: ignore[arg-type]
    with pytest.raises(CardSignatureInvalid):
        verify_card(confused, key.jwks())


def test_a_secret_in_the_key_set_is_never_a_key(card: pb.AgentCard) -> None:
    secret = b"0123456789abcdef0123456789abcdef"
    jwks = {"keys": [{"kty": "oct", "kid": "k", "alg": "HS256", "k": base64.urlsafe_b64encode(secret).decode()}]}
    signed = create_agent_card_signer(secret, {"alg": "HS256", "kid": "k", "typ": "JOSE", "jku": None})(card)
    with pytest.raises(CardSignatureInvalid):
        verify_card(signed, jwks)


@pytest.mark.parametrize("alg", ["none", "None", "", None, "HS256", "RS256", ["EdDSA"], {"a": 1}])
def test_an_algorithm_that_we_do_not_take_is_refused(card: pb.AgentCard, key: ServiceKey, alg: object) -> None:
    with pytest.raises(CardSignatureInvalid):
        verify_card(forged(card, {"alg": alg, "kid": key.kid}), key.jwks())


@pytest.mark.parametrize("kid", [None, 5, "other", ["x"]])
def test_a_key_is_never_guessed(card: pb.AgentCard, key: ServiceKey, kid: object) -> None:
    signed = sign_card(card, key)
    signed.signatures[0].protected = encoded({"alg": "EdDSA", "kid": kid})
    with pytest.raises(CardSignatureInvalid, match="names a key"):
        verify_card(signed, key.jwks())


def test_the_algorithm_is_the_keys_own_whatever_the_signature_says(card: pb.AgentCard, key: ServiceKey) -> None:
    with pytest.raises(CardSignatureInvalid):
        verify_card(forged(card, {"alg": "ES256", "kid": key.kid}), key.jwks())


@pytest.mark.parametrize("protected", ["", "!", "bnVsbA", "W10", "A" * 5000, "W" * 4001, "é"])
def test_a_header_that_cannot_be_read_is_an_invalid_signature(
    card: pb.AgentCard, key: ServiceKey, protected: str
) -> None:
    card.signatures.add(protected=protected, signature="c2ln")
    with pytest.raises(CardSignatureInvalid):
        verify_card(card, key.jwks())


@pytest.mark.parametrize("signature", ["", "!", "c2ln", "é", "a.b.c", "A" * 100_000])
def test_a_signature_that_is_none_is_invalid(card: pb.AgentCard, key: ServiceKey, signature: str) -> None:
    with pytest.raises(CardSignatureInvalid):
        verify_card(forged(card, {"alg": "EdDSA", "kid": key.kid}, signature), key.jwks())


def test_one_good_signature_among_bad_ones_is_enough(card: pb.AgentCard, key: ServiceKey) -> None:
    crowded = sign_card(forged(forged(card, []), {"alg": "none"}), key)
    verify_card(crowded, key.jwks())


def test_a_stranger_may_sign_with_an_elliptic_curve(card: pb.AgentCard) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    header = {"alg": "ES256", "kid": "k", "typ": "JOSE", "jku": None}
    signed = create_agent_card_signer(jwt.PyJWK(ECAlgorithm.to_jwk(private, as_dict=True)), header)(card)  # type: ignore[arg-type]
    verify_card(signed, {"keys": [{**jwk, "kid": "k"}]})


def test_a_key_for_encryption_may_not_sign(card: pb.AgentCard, key: ServiceKey) -> None:
    jwks = {"keys": [{**key.jwks()["keys"][0], "use": "enc"}]}
    with pytest.raises(CardSignatureInvalid):
        verify_card(sign_card(card, key), jwks)


def test_a_card_that_json_cannot_say_cannot_be_signed(card: pb.AgentCard, key: ServiceKey) -> None:
    card.capabilities.extensions.add(uri="x:y").params["a"] = float("nan")
    with pytest.raises(CardInvalid):
        sign_card(card, key)


def test_a_card_that_json_cannot_say_has_no_valid_signature(card: pb.AgentCard, key: ServiceKey) -> None:
    signed = sign_card(card, key)
    signed.capabilities.extensions.add(uri="x:y").params["a"] = float("inf")
    with pytest.raises(CardSignatureInvalid):
        verify_card(signed, key.jwks())
