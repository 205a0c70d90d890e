"""Live: operations over WebSockets (graphql-transport-ws) and server-sent events (graphql-sse).

How a connection is held:

    desk         what every connection of one view works with, and how one is let in
    connections  who is connected, and what ends their connection
    socket       the graphql-transport-ws protocol; `operation` is one of those on a socket
    stream       the graphql-sse protocol
    asking       one operation over a connection, from its question to its last answer

How an event becomes an answer:

    watch        what a subscription wants to hear of, said by its resolver
    listener     one subscription of one client, and how far in the trail it has come
    hub          every event, handed in order to the listeners it concerns; who would be answered the same shares one read

What an operation remembers belongs to the operation: each answer is made with a context of its own.
"""
