package dev.gantry.controller.http;

import java.time.Duration;

/**
 * What the edge takes from clients. Every figure is a bound on memory or time.
 *
 * @param bodyBytes         of one request
 * @param bodiesBytes       of all requests being read or answered
 * @param headerBytes       of one request, and of its first line
 * @param headerFields      of one request
 * @param headerTime        from the connection's opening to the end of its first request's headers
 * @param bodyTime          from the end of the headers to the end of the body
 * @param answerTime        that a handler has, streams and sockets excepted
 * @param writeTime         that a client has to read what it was sent
 * @param answersBytes      of all answers that clients have not read yet
 * @param idleTime          between two requests of a connection
 * @param requestsInFlight  being answered at once, streams and sockets included
 * @param connections       open at once
 * @param requestsPerSecond that one client address may make, with bursts of twice as many; 0 for any number
 */
public record EdgeLimits(
        int bodyBytes,
        long bodiesBytes,
        int headerBytes,
        int headerFields,
        Duration headerTime,
        Duration bodyTime,
        Duration answerTime,
        Duration writeTime,
        long answersBytes,
        Duration idleTime,
        int requestsInFlight,
        int connections,
        int requestsPerSecond) {

    /** Good for a controller with a heap of 256 MiB and more. */
    public static final EdgeLimits DEFAULT = new EdgeLimits(
            1 << 20,
            64L << 20,
            16 << 10,
            100,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            64L << 20,
            Duration.ofSeconds(75),
            512,
            4096,
            0);

    public EdgeLimits withBodyBytes(int most) {
        return new EdgeLimits(
                most,
                bodiesBytes,
                headerBytes,
                headerFields,
                headerTime,
                bodyTime,
                answerTime,
                writeTime,
                answersBytes,
                idleTime,
                requestsInFlight,
                connections,
                requestsPerSecond);
    }

    public EdgeLimits withRequestsInFlight(int most) {
        return new EdgeLimits(
                bodyBytes,
                bodiesBytes,
                headerBytes,
                headerFields,
                headerTime,
                bodyTime,
                answerTime,
                writeTime,
                answersBytes,
                idleTime,
                most,
                connections,
                requestsPerSecond);
    }

    public EdgeLimits withConnections(int most) {
        return new EdgeLimits(
                bodyBytes,
                bodiesBytes,
                headerBytes,
                headerFields,
                headerTime,
                bodyTime,
                answerTime,
                writeTime,
                answersBytes,
                idleTime,
                requestsInFlight,
                most,
                requestsPerSecond);
    }

    public EdgeLimits withTimes(Duration header, Duration body, Duration answer, Duration idle) {
        return new EdgeLimits(
                bodyBytes,
                bodiesBytes,
                headerBytes,
                headerFields,
                header,
                body,
                answer,
                writeTime,
                answersBytes,
                idle,
                requestsInFlight,
                connections,
                requestsPerSecond);
    }

    public EdgeLimits withAnswers(long bytes, Duration write) {
        return new EdgeLimits(
                bodyBytes,
                bodiesBytes,
                headerBytes,
                headerFields,
                headerTime,
                bodyTime,
                answerTime,
                write,
                bytes,
                idleTime,
                requestsInFlight,
                connections,
                requestsPerSecond);
    }

    public EdgeLimits withRequestsPerSecond(int most) {
        return new EdgeLimits(
                bodyBytes,
                bodiesBytes,
                headerBytes,
                headerFields,
                headerTime,
                bodyTime,
                answerTime,
                writeTime,
                answersBytes,
                idleTime,
                requestsInFlight,
                connections,
                most);
    }
}
