package dev.gantry.agent.network;

/**
 * Where on its network a node is.
 *
 * @param node    its id
 * @param bridge  the network interface to which its containers are connected
 * @param gateway the node's own address there, IPv4
 * @param subnet  of its containers, for example {@code 172.17.0.0/16}
 */
record Place(String node, String bridge, String gateway, String subnet) {}
