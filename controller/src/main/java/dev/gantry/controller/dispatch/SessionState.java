package dev.gantry.controller.dispatch;

import dev.gantry.proto.Hello;

/**
 * What the controller knows of one node's session.
 *
 * @param nodeId from the certificate
 * @param hello  what the node said of itself; the default before it did
 * @param sent   what the agent was last told to run
 * @param routes what it was last told of services
 */
public record SessionState(String nodeId, Stage stage, Hello hello, DesiredSet sent, RouteTable routes) {

    public enum Stage {
        NEW,
        REGISTERING,
        LIVE,
        OVER
    }

    public static SessionState of(String nodeId) {
        return new SessionState(nodeId, Stage.NEW, Hello.getDefaultInstance(), DesiredSet.NOTHING, RouteTable.EMPTY);
    }

    SessionState in(Stage next) {
        return new SessionState(nodeId, next, hello, sent, routes);
    }

    SessionState greeted(Hello said) {
        return new SessionState(nodeId, Stage.REGISTERING, said, sent, routes);
    }

    /** In the middle of its session it says something else of itself. */
    SessionState saying(Hello newer) {
        return new SessionState(nodeId, stage, newer, sent, routes);
    }

    SessionState having(DesiredSet told) {
        return new SessionState(nodeId, Stage.LIVE, hello, told, routes);
    }

    SessionState knowing(RouteTable told) {
        return new SessionState(nodeId, stage, hello, sent, told);
    }
}
