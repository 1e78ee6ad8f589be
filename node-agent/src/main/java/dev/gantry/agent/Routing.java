package dev.gantry.agent;

import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.List;
import java.util.Optional;

/** Leads what is sent to the virtual addresses of services, answers to their names, and keeps from pods what policies do not allow. */
public interface Routing {

    Routing NONE = new NoRouting();

    /** The services changed. Never blocks. */
    void learn(Routes news);

    /** Learns who lives here, so that each is answered with the names of its own cluster. */
    void meet(Residents residents);

    /** The address at which containers can ask for the names of services; empty when nobody answers there. */
    Optional<String> nameServer();

    /** The engine's network whose addresses other nodes reach; empty when containers must do with the engine's default. */
    Optional<String> network();

    /** Whether this machine can have such a network, for which the controller gives it a subnet. */
    boolean isPossible();

    /** Whether tasks can have addresses of their own here. */
    boolean givesAddresses();

    /** The services of a namespace of the Kubernetes API, as far as they are known now. */
    List<ServiceRoute> services(String cluster, String namespace);

    /** Where this machine takes requests for ingresses at the moment. */
    IngressPorts ingressPorts();

    /** This is what there is of a workload now: a pod with its address; empty where there is none. Never blocks. */
    void house(String workload, Optional<LocalPod> pod);

    /**
     * Waits until what network policies say of a pod is in force, for as long as that may take.
     *
     * @param pod with or without its address
     * @return why nothing of it may start; empty when all is well
     */
    Optional<String> shield(String workload, LocalPod pod) throws InterruptedException;
}
