package dev.gantry.controller.http;

import java.time.Duration;

/** What the edge takes from clients. Every figure is a bound on memory or time. */
public record EdgeLimits(Sizes sizes, Times times, Counts counts) {

    /**
     * In bytes, unless they are fields.
     *
     * @param body         of one request
     * @param bodies       of all requests being read or answered
     * @param header       of one request, and of its first line
     * @param headerFields of one request
     * @param answers      of all answers that clients have not read yet
     */
    public record Sizes(int body, long bodies, int header, int headerFields, long answers) {}

    /**
     * What may take how long.
     *
     * @param header from the connection's opening to the end of its first request's headers
     * @param body   from the end of the headers to the end of the body
     * @param answer that a handler has, streams and sockets excepted
     * @param write  that a client has to read what it was sent
     * @param idle   between two requests of a connection
     */
    public record Times(Duration header, Duration body, Duration answer, Duration write, Duration idle) {}

    /**
     * How many there may be.
     *
     * @param requestsInFlight  being answered at once, streams and sockets included
     * @param connections       open at once
     * @param requestsPerSecond that one client address may make, with bursts of twice as many; 0 for any number
     */
    public record Counts(int requestsInFlight, int connections, int requestsPerSecond) {}

    /** Good for a controller with a heap of 256 MiB and more. */
    public static final EdgeLimits DEFAULT = new EdgeLimits(
            new Sizes(1 << 20, 64L << 20, 16 << 10, 100, 64L << 20),
            new Times(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(75)),
            new Counts(512, 4096, 0));

    public EdgeLimits withBodyBytes(int most) {
        Sizes changed = new Sizes(most, sizes.bodies(), sizes.header(), sizes.headerFields(), sizes.answers());
        return new EdgeLimits(changed, times, counts);
    }

    public EdgeLimits withRequestsInFlight(int most) {
        return with(new Counts(most, counts.connections(), counts.requestsPerSecond()));
    }

    public EdgeLimits withConnections(int most) {
        return with(new Counts(counts.requestsInFlight(), most, counts.requestsPerSecond()));
    }

    public EdgeLimits withRequestsPerSecond(int most) {
        return with(new Counts(counts.requestsInFlight(), counts.connections(), most));
    }

    public EdgeLimits withTimes(Duration header, Duration body, Duration answer, Duration idle) {
        return new EdgeLimits(sizes, new Times(header, body, answer, times.write(), idle), counts);
    }

    public EdgeLimits withAnswers(long bytes, Duration write) {
        return new EdgeLimits(
                new Sizes(sizes.body(), sizes.bodies(), sizes.header(), sizes.headerFields(), bytes),
                new Times(times.header(), times.body(), times.answer(), write, times.idle()),
                counts);
    }

    private EdgeLimits with(Counts changed) {
        return new EdgeLimits(sizes, times, changed);
    }
}
