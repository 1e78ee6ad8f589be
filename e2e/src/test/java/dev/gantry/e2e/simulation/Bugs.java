package dev.gantry.e2e.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Listens to the log: what production would log as an error is a bug that it found in itself. */
final class Bugs extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger log = (Logger) LoggerFactory.getLogger("dev.gantry");
    private final Level before = log.getLevel();
    private final boolean additive = log.isAdditive();
    private Optional<ILoggingEvent> first = Optional.empty();

    private Bugs() {}

    /** Keeps warnings, of which trouble makes many, out of the log until closed. */
    static Bugs listen() {
        Bugs bugs = new Bugs();
        bugs.setContext(bugs.log.getLoggerContext());
        bugs.start();
        bugs.log.setLevel(Level.ERROR);
        bugs.log.setAdditive(false);
        bugs.log.addAppender(bugs);
        return bugs;
    }

    Optional<String> first() {
        return first.map(event -> event.getFormattedMessage()
                + (event.getThrowableProxy() == null
                        ? ""
                        : ": " + event.getThrowableProxy().getClassName() + " "
                                + event.getThrowableProxy().getMessage()
                                + " at "
                                + event.getThrowableProxy().getStackTraceElementProxyArray()[0]));
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (first.isEmpty()) {
            first = Optional.of(event);
        }
    }

    @Override
    public void close() {
        log.detachAppender(this);
        log.setLevel(before);
        log.setAdditive(additive);
    }
}
