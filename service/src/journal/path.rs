//! Merkle paths: that one leaf is in a tree, shown by as many hashes as the tree is deep (RFC 6962, section 2.1.1).

use super::chain::{Hash, hash_node, left_size, merkle_root};

/// The hashes that lead from the leaf `index` to the root, the nearest first; none where there is no such leaf.
#[must_use]
pub fn merkle_path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 || index >= leaves.len() {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(left_size(leaves.len()));
    let (mut path, beside) = match index.checked_sub(left.len()) {
        None => (merkle_path(left, index), right),
        Some(index) => (merkle_path(right, index), left),
    };
    path.push(merkle_root(beside));
    path
}

/// The root that `path` leads to from `leaf`, the leaf `index` of `size`; `None` where a path of such a tree has another
/// length.
#[must_use]
pub fn root_of_path(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let mut last = size.checked_sub(1).filter(|last| index <= *last)?;
    let mut index = index;
    let mut root = *leaf;
    for beside in path {
        if last == 0 {
            return None;
        }
        // A node that is the last of an odd number has nobody beside it, and is the same node one level up.
        while index == last && index.is_multiple_of(2) {
            (index, last) = (index / 2, last / 2);
        }
        root = if index % 2 == 1 {
            hash_node(beside, &root)
        } else {
            hash_node(&root, beside)
        };
        (index, last) = (index / 2, last / 2);
    }
    (last == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(size: u8) -> Vec<Hash> {
        (0..size).map(|number| [number; 32]).collect()
    }

    #[test]
    fn every_path_of_every_tree_leads_to_the_root_and_no_altered_one_does() {
        for size in 1..=64_u8 {
            let leaves = leaves(size);
            let root = merkle_root(&leaves);
            for (index, leaf) in leaves.iter().enumerate() {
                let path = merkle_path(&leaves, index);
                assert!(path.len() <= usize::try_from(size.next_power_of_two().ilog2()).unwrap());
                let number = u64::try_from(index).unwrap();
                let led = |leaf: &Hash, index, size: u8, path: &[Hash]| root_of_path(leaf, index, size.into(), path);
                assert_eq!(led(leaf, number, size, &path), Some(root), "{index} of {size}");
                assert_ne!(led(&[255; 32], number, size, &path), Some(root));
                for other in (0..u64::from(size) + 1).filter(|other| *other != number) {
                    assert_ne!(
                        led(leaf, other, size, &path),
                        Some(root),
                        "{index} of {size} as {other}"
                    );
                }
                for place in 0..path.len() {
                    let mut altered = path.clone();
                    altered[place][0] ^= 1;
                    assert_ne!(led(leaf, number, size, &altered), Some(root));
                    let mut shorter = path.clone();
                    let _ = shorter.remove(place);
                    assert_ne!(led(leaf, number, size, &shorter), Some(root));
                }
                let mut longer = path.clone();
                longer.push([1; 32]);
                assert_eq!(led(leaf, number, size, &longer), None);
            }
        }
    }

    #[test]
    fn there_is_no_path_from_a_leaf_that_is_not_there() {
        assert_eq!(merkle_path(&leaves(3), 3), Vec::<Hash>::new());
        assert_eq!(root_of_path(&[0; 32], 0, 0, &[]), None);
        assert_eq!(root_of_path(&[0; 32], 3, 3, &[]), None);
    }
}
