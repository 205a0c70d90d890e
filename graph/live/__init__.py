"""Live: subscriptions, over WebSockets (graphql-transport-ws) and server-sent events (graphql-sse).

    watch     what a subscription wants to hear of, said by its resolver
    hub       every event of the trail, handed in order to the listeners it concerns; who gets the same shares one read
    listener  one subscription of one client, and how far it has come
    socket    the graphql-transport-ws protocol
    stream    the graphql-sse protocol

What an operation remembers belongs to the operation: each answer is made with a context of its own.
"""
