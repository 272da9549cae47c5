"""The catalogue as it stands: releases, tracks, who made them and who owns them.

These rows are the current state and are overwritten by the next delivery of the release; what was
seen by a decision stays in its snapshot, and what was delivered stays with the Delivery.
"""

from __future__ import annotations

from django.db import models

from policy.models.base import Identified
from policy.models.parties import Account, Party


class AiLevel(models.TextChoices):
    """DDEX `ContainsAI` and `AiContribution`; absent is undeclared, which is not none."""

    ALL = "all", "All"
    PARTLY = "partly", "Partly"
    NONE = "none", "None"
    UNDECLARED = "undeclared", "Undeclared"


class Layer(models.TextChoices):
    """The kinds of right in a track."""

    MASTER = "master", "Master"
    PUBLISHING = "publishing", "Publishing"
    PERFORMER = "performer", "Performer"
    LIKENESS = "likeness", "Likeness"


class Release(Identified):
    """An album, EP or single of one account. `key` is its identity there: ICPN, GRid, or a
    proprietary id. `delivery` is the message that it stands by now.

    pii: none.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="releases")
    key = models.CharField(max_length=120)
    icpn = models.CharField(max_length=20, blank=True)
    icpn_valid = models.BooleanField(default=False)
    grid = models.CharField(max_length=20, blank=True)
    type = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=500)
    display_artist = models.CharField(max_length=500, blank=True)
    record_label = models.CharField(max_length=300, blank=True)
    genre = models.CharField(max_length=200, blank=True)
    release_date = models.DateField(null=True, blank=True)
    contains_ai = models.CharField(max_length=10, choices=AiLevel, default=AiLevel.UNDECLARED)
    delivered_at = models.DateTimeField()
    message_created_at = models.DateTimeField()
    delivery = models.ForeignKey(
        "policy.Delivery", null=True, blank=True, on_delete=models.PROTECT, related_name="releases"
    )
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="release_key_once_per_account")
        ]
        indexes = [
            models.Index(
                fields=["account", "grid"], name="release_grid", condition=~models.Q(grid="")
            )
        ]

    def __str__(self) -> str:
        return self.title


class Track(Identified):
    """A sound recording as delivered on one release.

    The ISRC is evidence, not identity: two tracks of a release may carry one ISRC (that is a
    finding), and the same recording on a single and an album is two tracks with one ISRC.
    Identity is the release and the place on it (`reference`); a track that left its release keeps
    its row but not its place. `delivery` is the message that it stands by now.

    pii: display_artist (public).
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="tracks")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tracks")
    reference = models.CharField(max_length=80)
    isrc = models.CharField(max_length=40, blank=True, db_index=True)
    isrc_well_formed = models.BooleanField(default=False)
    iswc = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=500)
    title_key = models.CharField(max_length=500)
    version_title = models.CharField(max_length=300, blank=True)
    display_artist = models.CharField(max_length=500, blank=True)
    artist_key = models.CharField(max_length=500, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    genre = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=20, blank=True)
    is_instrumental = models.BooleanField(null=True, blank=True)
    is_cover = models.BooleanField(null=True, blank=True)
    is_explicit = models.BooleanField(null=True, blank=True)
    contains_ai = models.CharField(max_length=10, choices=AiLevel, default=AiLevel.UNDECLARED)
    audio_digest = models.CharField(max_length=128, blank=True)
    first_delivered_at = models.DateTimeField(db_index=True)
    last_delivered_at = models.DateTimeField()
    deliveries = models.PositiveIntegerField(default=1)
    delivery = models.ForeignKey(
        "policy.Delivery", null=True, blank=True, on_delete=models.PROTECT, related_name="tracks"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "reference"],
                condition=models.Q(removed_at__isnull=True),
                name="track_place_once",
            )
        ]
        indexes = [
            models.Index(fields=["title_key", "artist_key"], name="track_title_artist"),
            # Holds all that counting a deliverer's new tracks of a week needs.
            models.Index(
                fields=["account", "first_delivered_at", "contains_ai"], name="track_account_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_artist} - {self.title}"


class TrackTerm(models.Model):
    """A word by which a track is found: words of title and artist, ISRC, ICPN; normalised.

    Kept as bytes, because bytes compare the same in every database, so a prefix is a range of the
    index.

    pii: as the track.
    """

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="terms", db_index=False)
    term = models.BinaryField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["term", "track"], name="term_prefix"),
            # Whether a track has a word is answered from the index, without the rows.
            models.Index(fields=["track", "term"], name="term_of_track"),
        ]

    def __str__(self) -> str:
        return bytes(self.term).decode()


class Involvement(models.Model):
    """That a party has to do with a track, and as what; the one place that decides who may see it.

    pii: links a party to a track.
    """

    class Kind(models.TextChoices):
        HOLDER = "holder", "Rights holder"
        CONTRIBUTOR = "contributor", "Contributor"
        RECORD_LABEL = "record_label", "Record label"
        DELIVERER = "deliverer", "Deliverer"

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="involvements")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="involvements")
    kind = models.CharField(max_length=12, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "track", "kind"], name="involvement_once")
        ]

    def __str__(self) -> str:
        return f"{self.party} ({self.get_kind_display()})"


class Contributor(models.Model):
    """One role of one party, or of a special contributor such as generative AI.

    pii: links a person to a role on a track (public credit).
    """

    class Special(models.TextChoices):
        NO = "no", "No"
        GENERATIVE_AI = "generative_ai", "Generative AI"
        TRADITIONAL = "traditional", "Traditional"
        VARIOUS_ARTISTS = "various_artists", "Various artists"
        USER_DEFINED = "user_defined", "User defined"

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="contributors")
    position = models.PositiveIntegerField()
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="contributions"
    )
    special = models.CharField(max_length=16, choices=Special, default=Special.NO)
    role = models.CharField(max_length=100, blank=True)
    facet = models.CharField(max_length=20)
    ai = models.CharField(max_length=10, choices=AiLevel, default=AiLevel.UNDECLARED)

    class Meta:
        ordering = ["track", "position"]

    def __str__(self) -> str:
        return f"{self.party or self.get_special_display()}, {self.role}"


class Share(models.Model):
    """A party's part of a track, per layer, territory and period.

    `basis_points` None means that it was delivered as unknown. `territories` is a list of codes;
    empty is worldwide, less `excluded_territories`. `valid_until` is exclusive.

    pii: a party's share is shown to staff and to that party only.
    """

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="shares")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="shares")
    layer = models.CharField(max_length=12, choices=Layer)
    basis_points = models.PositiveIntegerField(null=True, blank=True)
    territories = models.JSONField(default=list, blank=True)
    excluded_territories = models.JSONField(default=list, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["party", "track"])]

    def __str__(self) -> str:
        return f"{self.party}: {self.basis_points} bp of {self.layer}"


class Relation(models.Model):
    """A declared relation to another recording (DDEX ResourceRelationshipType).

    pii: none.
    """

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=60)
    isrc = models.CharField(max_length=40, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.isrc}"
