package dev.gantry.agent;

import dev.gantry.proto.IngressPorts;

/** Takes requests from outside, and hands them to the services that ingresses name. */
public interface Ingress {

    /** Takes none. */
    Ingress NONE = new Ingress() {
        @Override
        public void follow(RouteBook book) {}

        @Override
        public IngressPorts ports() {
            return IngressPorts.getDefaultInstance();
        }
    };

    /** This is what there is now. Never blocks. */
    void follow(RouteBook book);

    /** Where it takes requests at the moment. */
    IngressPorts ports();
}
