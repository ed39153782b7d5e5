"""The round trip with a CVAT server: a job comes in as a project, its changes go back as shapes.

The official client (cvat-sdk, MIT) does the talking; it is an optional extra and imported when it
is first needed.
"""
