package dev.gantry.agent.work;

import java.time.Instant;

/** Does something at a time to come. */
public interface Alarm {

    void at(Instant when, Runnable what);
}
