"""What one step says: its wording, its words, and as whom they go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.domain.experiment import PLAIN
from outreach.domain.gate import Bar, GatePolicy
from outreach.domain.ladder import Step
from outreach.domain.message import Message
from outreach.domain.profile import Profile
from outreach.domain.recent import Recent, freshest
from outreach.domain.scale import Channel, Urgency
from outreach.domain.sending import AFTER_LOSS
from outreach.domain.transfer import Transfer
from outreach.engine.ports import Renderer
from outreach.errors import RenderError
from outreach.store.claimed import Claimed
from outreach.store.holds import Heard
from outreach.store.sending import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a round knows of one outreach beside the claim; `message_id` and `reference` are fresh.

    `expires_at` is the claim's own, or earlier where the core says that the transfer's hold ends earlier.
    `is_crowded`: another open outreach may write to the same person. `unsubscribe`: where one POST ends
    education, empty for all else. `heard`: the core's word on a hold that the ladder asked for.
    """

    profile: Profile
    transfer: Transfer | None
    context: Mapping[str, object] = field(repr=False)  # every word a template may say
    message_id: str
    reference: str
    expires_at: datetime | None = None
    is_crowded: bool = False
    unsubscribe: str = field(default="", repr=False)
    heard: Heard | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A draft, and the bar that it passed where every wording of it is worn."""

    draft: Draft
    worn: Bar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Says the steps of a round."""

    renderer: Renderer
    policy: GatePolicy
    now: datetime

    def say(self, claimed: Claimed, index: int, step: Step, ground: Ground) -> Said | Bar:
        """The step's message: the one written down before where there is one, else fresh words."""
        if claimed.pending is not None and index == claimed.step:
            return self._again(claimed, index, step, ground)
        chosen = self._wording(step, ground, claimed)
        if isinstance(chosen, Bar):
            return chosen
        template, worn = chosen
        try:
            words = self.renderer.render(
                template, step.channel, ground.profile.locale, self._context(step, ground)
            )
        except RenderError:
            return Bar.NOT_SAYABLE
        message = Message(
            id=ground.message_id,
            reference=ground.reference,
            channel=step.channel,
            to=_to(ground, step),
            locale=words.locale,
            content=words.content,
            thread=claimed.id,
        )
        draft = Draft(
            outreach=claimed.id,
            person=claimed.person,
            step=index,
            message=self._signed(message, ground),
            template=words.template,
            template_sha256=words.template_sha256,
            urgency_rank=claimed.urgency_rank,
        )
        return Said(draft, worn)

    def _context(self, step: Step, ground: Ground) -> Mapping[str, object]:
        """What the words may say; an SMS that cannot be answered must not ask for a reply."""
        if step.channel is not Channel.SMS or self.policy.sms.can_be_answered(_to(ground, step), self.now):
            return ground.context
        return {**ground.context, "two_way": False}

    def _again(self, claimed: Claimed, index: int, step: Step, ground: Ground) -> Said | Bar:
        kept = claimed.pending
        assert kept is not None
        is_step = kept.template.partition(".")[0].partition("@")[0] == step.template.partition("@")[0]
        if not is_step or kept.message.to != _to(ground, step):
            return Bar.OUT_OF_DATE
        draft = Draft(
            outreach=claimed.id,
            person=claimed.person,
            step=index,
            message=self._signed(kept.message, ground),
            template=kept.template,
            template_sha256="",
            is_new=False,
            urgency_rank=claimed.urgency_rank,
            provider=kept.provider,
        )
        return Said(draft)

    def _wording(self, step: Step, ground: Ground, claimed: Claimed) -> tuple[str, Bar | None] | Bar:
        """The wording that was drawn for this person, else the variant that they have not read lately. Where
        all are worn, what cannot wait goes all the same: critical warnings, and after a loss what there is to
        do now."""
        recent, drawn = ground.profile.recent, claimed.ladder.wording
        if step.channel is Channel.CALL or step.announces or not (recent.own or recent.others or drawn):
            return step.template, None
        variants = self.renderer.variants(step.template, ground.profile.locale)
        mine = step.template if drawn == PLAIN else f"{step.template}@{drawn}"
        if drawn and mine in variants and not self._is_worn(mine, recent):
            return mine, None
        template, is_worn = freshest(variants, recent, self.now - self.policy.pace.cool_down)
        if not is_worn:
            return template, None
        name = step.template.partition("/")[2].partition("@")[0]
        cannot_wait = claimed.urgency_rank == Urgency.CRITICAL.rank or name == AFTER_LOSS
        return (template, Bar.COOL_DOWN) if cannot_wait else Bar.COOL_DOWN

    def _is_worn(self, template: str, recent: Recent) -> bool:
        return freshest((template,), recent, self.now - self.policy.pace.cool_down)[1]

    def _signed(self, message: Message, ground: Ground) -> Message:
        """The message with the sender that is registered in its number's country, where one is."""
        if ground.unsubscribe and message.channel is Channel.EMAIL:
            return replace(message, unsubscribe=ground.unsubscribe)
        if message.channel is not Channel.SMS:
            return message
        sender = self.policy.sms.sender_for(message.to, self.now)
        return replace(message, sender=sender) if sender else message


def _to(ground: Ground, step: Step) -> str:
    channel = Channel.SMS if step.channel is Channel.CALL else step.channel  # a call goes to the same phone
    return ground.profile.contacts.get(channel, "")
