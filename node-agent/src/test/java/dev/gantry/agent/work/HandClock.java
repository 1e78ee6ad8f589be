package dev.gantry.agent.work;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A clock that moves when the test says so, and its alarms. */
public final class HandClock implements InstantSource, Alarm {

    private record Due(Instant at, Runnable what) {}

    private final List<Due> dues = new ArrayList<>();
    private Instant now;

    public HandClock(Instant now) {
        this.now = now;
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    @Override
    public void at(Instant when, Runnable what) {
        boolean atOnce;
        synchronized (this) {
            atOnce = !when.isAfter(now);
            if (!atOnce) {
                dues.add(new Due(when, what));
            }
        }
        if (atOnce) {
            what.run();
        }
    }

    /** Lets time pass, and what falls due happen. */
    public void forward(Duration time) {
        List<Due> due;
        synchronized (this) {
            now = now.plus(time);
            due = dues.stream().filter(each -> !each.at().isAfter(now)).toList();
            dues.removeAll(due);
        }
        due.forEach(each -> each.what().run());
    }
}
