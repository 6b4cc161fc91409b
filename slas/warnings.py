"""Shapes that several endpoints take."""

from __future__ import annotations

from rest_framework import serializers

from core.web.rest import InputSerializer


class WarnIn(InputSerializer):
    """A warning: at a per cent of the target, or so many open seconds before the deadline. One of the two."""

    percent = serializers.IntegerField(required=False, min_value=1, max_value=100)
    seconds_before = serializers.IntegerField(required=False, min_value=0)
