package dev.gantry.controller;

import dev.gantry.controller.leadership.Moment;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Time, identity and chance of one controller process, made once in {@code main}. */
public final class Chance {

    private static final int ID_BYTES = 16;
    private static final int LETTERS = 5;
    private static final String LETTERS_FROM = "bcdfghjklmnpqrstvwxz2456789";
    private static final long DEPLOYMENT_FIRST = 1_000_000_000_000_000_000L;
    private static final long DEPLOYMENT_LAST = 9_000_000_000_000_000_000L;

    private final InstantSource clock;
    private final SecureRandom secure;
    private final RandomGenerator quick;
    private final String controllerId;

    /** @param quick for names and jitter, which need not be secret */
    public Chance(InstantSource clock, SecureRandom secure, RandomGenerator quick) {
        this.clock = clock;
        this.secure = secure;
        this.quick = quick;
        this.controllerId = id();
    }

    /** Of the machine that this process runs on. */
    public static Chance ofThisMachine() {
        SecureRandom secure = new SecureRandom();
        return new Chance(InstantSource.system(), secure, new java.util.SplittableRandom(secure.nextLong()));
    }

    InstantSource clock() {
        return clock;
    }

    SecureRandom secure() {
        return secure;
    }

    /** Unique to this start of this process. */
    String controllerId() {
        return controllerId;
    }

    /** 32 hexadecimal digits. */
    String id() {
        byte[] bytes = new byte[ID_BYTES];
        secure.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** {@code ecs-svc/} and 19 digits. */
    synchronized String deploymentId() {
        return "ecs-svc/" + quick.nextLong(DEPLOYMENT_FIRST, DEPLOYMENT_LAST);
    }

    /** Five letters and digits as in the names of pods, without those that make words. */
    synchronized String letters() {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < LETTERS; i++) {
            letters.append(LETTERS_FROM.charAt(quick.nextInt(LETTERS_FROM.length())));
        }
        return letters.toString();
    }

    /** A UUID, which need not be secret. */
    synchronized String requestId() {
        return new UUID(quick.nextLong(), quick.nextLong()).toString();
    }

    /** From 0 to 1. */
    synchronized double fraction() {
        return quick.nextDouble();
    }

    synchronized long seed() {
        return quick.nextLong();
    }

    Moment moment() {
        return new Moment(clock.instant(), Duration.ofNanos(System.nanoTime()));
    }
}
