//! Which replicas a manifest names where a shop has had more than it may name.

use super::format::{HEADS_MAX, REPLICAS_MAX};
use super::pack::{Frame, Piece};

/// Leaves out of a manifest what it need not say: heads of replicas of which nothing goes out.
/// A receiver knows a little less of what the sender holds, and sends it too much for that.
pub(super) fn trim(frame: &mut Frame<'_>, pieces: &mut [Piece]) {
    if frame.replicas.len() > REPLICAS_MAX {
        let mut is_needed = vec![false; frame.replicas.len()];
        let named = pieces.iter().map(|piece| piece.range.replica);
        for place in named.chain([frame.sender]) {
            is_needed[place] = true;
        }
        let needed = is_needed.iter().filter(|is_needed| **is_needed).count();
        let mut room = REPLICAS_MAX.saturating_sub(needed);
        let mut kept = Vec::new();
        let mut places = vec![None; frame.replicas.len()];
        for (place, replica) in frame.replicas.iter().enumerate() {
            if !is_needed[place] {
                if room == 0 {
                    continue;
                }
                room -= 1;
            }
            places[place] = Some(kept.len());
            kept.push(*replica);
        }
        let moved = |place: usize| places.get(place).copied().flatten();
        for piece in pieces.iter_mut() {
            piece.range.replica = moved(piece.range.replica).unwrap_or_default();
        }
        frame.heads.retain_mut(|head| {
            let place = moved(head.replica);
            head.replica = place.unwrap_or_default();
            place.is_some()
        });
        frame.sender = moved(frame.sender).unwrap_or_default();
        frame.replicas = kept;
    }
    frame.heads.truncate(HEADS_MAX);
}

#[cfg(test)]
mod tests {
    use super::super::format::{Range, Replica, Tip};
    use super::super::hex::Hex;
    use super::*;
    use crate::domain::id::{Chain, ShopId};
    use crate::domain::seal::ReplicaKey;

    fn frame(key: &ReplicaKey, count: usize) -> Frame<'_> {
        let replica = |place: usize| {
            let mut secret = [0; 32];
            secret[..8].copy_from_slice(&place.to_le_bytes());
            let key = ReplicaKey::from_secret(&secret);
            Replica {
                id: key.replica(),
                key: Hex(key.public()),
            }
        };
        Frame {
            shop: ShopId([0; 16]),
            key,
            sender: 0,
            made: 0,
            replicas: (0..count).map(replica).collect(),
            heads: (0..count)
                .map(|replica| Tip {
                    replica,
                    seq: replica as u64,
                    chain: Chain([0; 32]),
                })
                .collect(),
        }
    }

    fn piece(replica: usize) -> Piece {
        let chain = Chain([0; 32]);
        let range = Range {
            replica,
            from_seq: 0,
            from_chain: chain,
            to_seq: 1,
            to_chain: chain,
        };
        Piece { stream: 1, range }
    }

    #[test]
    fn as_many_as_fit_are_all_named() {
        let key = ReplicaKey::from_secret(&[1; 32]);
        let mut frame = frame(&key, REPLICAS_MAX);
        let mut pieces = [piece(200)];
        trim(&mut frame, &mut pieces);
        assert_eq!(
            (frame.replicas.len(), frame.heads.len()),
            (REPLICAS_MAX, REPLICAS_MAX)
        );
        assert_eq!(pieces[0].range.replica, 200);
    }

    #[test]
    fn of_more_those_are_named_of_whom_something_goes_out() {
        let key = ReplicaKey::from_secret(&[1; 32]);
        let mut frame = frame(&key, REPLICAS_MAX + 50);
        let last = frame.replicas[REPLICAS_MAX + 49].id;
        let mut pieces = [piece(REPLICAS_MAX + 49), piece(3)];
        trim(&mut frame, &mut pieces);
        assert_eq!(
            (frame.replicas.len(), frame.heads.len()),
            (REPLICAS_MAX, REPLICAS_MAX)
        );
        assert_eq!(frame.replicas[pieces[0].range.replica].id, last);
        assert_eq!(pieces[1].range.replica, 3);
        let head = frame.heads.last().unwrap();
        assert_eq!(
            (frame.replicas[head.replica].id, head.seq),
            (last, REPLICAS_MAX as u64 + 49)
        );
    }
}
