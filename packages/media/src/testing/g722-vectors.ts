/**
 * What ffmpeg 5.1 makes of the first 640 samples of `g722Signals` (`-c:a g722`), and the SHA-256 of
 * the little-endian 16-bit samples it decodes them to.
 */
export const G722_VECTORS: readonly { name: string; octets: string; decodedSha256: string }[] = [
  {
    name: 'triangles in both bands',
    octets: [
      'jSCEIIQgoK0xN70b1pIPEJUZXbs3cq4s67E1eLwfWpUSUZYcXrw3dbAtbLB1+r1+2pdV0JRbX7t7+bFu7Kx2+rp/',
      '3ZlU0JJc3J97+7Rs7es2erd8/Z1U0pJY3Jt9/bRv8aty+rR33vwYUpVS3p9d3vUzcaxr/7N4+fsYU9wPXr5V3/Y6',
      'cO0vcrt09fsaWdYUUrlX3vw3eOs3a98xdfh/2ZYZ0Jr81f88de80a7V/73s+XdoVVZN11Nk7/fAud+tacrE72vwV',
      'WFM8XtY/fvZwsKzy16k7XnxZlZvV+dgVfHM7ce9y2+01+v4YVN5S+58U2XQ2dO5zup9q37PVmd1X16xTXvo983E3',
      'cJ938vpcmZlY0bPe03U+/KofbfXS7ncc274Tf9bv0nw/+bEzfWpSdfA83ZxU2Jh99lQbdvQve64=',
    ].join(''),
    decodedSha256: 'f8bd718c438aab6c678bce7496623fdf49259319b003e30b8fa3771b2439a008',
  },
  {
    name: 'noise that swells and dies',
    octets: [
      'MIgijiKEhCIKvjEYro47LiwVEI4cljOdrq6svT5pPJoT/fbyuZl6Od+Zch47+PRuOFOt9HrqV5r5+fd/l174Fr79',
      'de39dPD2mtCaulzscNj4Mr5W/tS7dvH5fnT01V42eFz/e15+/H/9//9//vn7PbdxWh2asEocmR616dbwmZBufbus',
      'NPS4y2cNm7xv7HcabFYwEHgyUHvcr9y/E9u8L9PcGtmSP1nLrZpQ1DRcmVS00tZu6ti9SjCzbQ9SPO3Qd07NPz1U',
      'NE9R1lo7bRV8aD85M7lVtQ/P6NR32X6sFP6uOs/Z2LV7V78y03T97HybPV05U87+nv1sn3L9PjUcsO36Ut5uHfvZ',
      'NLzx+s3zb//zXhceNHjalV1a91rdeT3SuPBcWHz19ltd+h55+v98fN7+/nzfH/1xu7C57nwqX24=',
    ].join(''),
    decodedSha256: 'dda4244bf0a17f766e56a50ae764cbe61369fab4cc27c681ed540cfed1e1bebc',
  },
  {
    name: 'near silence',
    octets: [
      'et538vL6+rq6nvf0t7j3+tz39fp1urje8vO4+nr4ut71uPpzuPO73/b49Pj29t/49Pa4+Pvftvb7+/u7+vq6+vre',
      '9bh49fO4+PqeePj4nvH4tfr63vr1+vp6uPret/T1+Pi6W7P4+vre85x4s/v6nPX4+vr6+N66c7j63rX6+vj4+Pf4',
      '3rf49HX4+J609bp4+vfe8br4+t7z3Lh1s/vc9bj6uvrz33j4tV618pzy+fla+bj2+LR73Ptftvbfsnnf3/i4dvj2',
      '+5z73HS49vv739/4uPP49tx7+5zxn/Cfdvn7nPh2+/i7+1/1tPh4n/r4+nr4uN61+Hh4uPf69/X6ePr6tPi3+Ppb',
      '8fq4+PX6mXG4XLN4+5pt3fn5+9+2efv4n3i0+/Z4+9j7+7T2+PRY+/uf8vb5nXuc+PK09tr5X/s=',
    ].join(''),
    decodedSha256: '106fcb9b85306a10181a8a625fdc603391c7cb6f33f43ecbef2d99989ec8bbc6',
  },
  {
    name: 'steps',
    octets: [
      'jCCEIIQgoCKhIqLiY+Tl5eXm5+fp6enq6uvs7Ovt7u3u7vDu7/Hx8PDw8PDw8fLz9PL08vP08vTy9fP08/X08vTy',
      '9fP19fP29PL08vb08vf08/Xz+PH08/b18vf19PH08/b08zmyNLYqhRaoPrx29ZFS8fj6+XbZ0vn5+rr2ftP9/Ln6',
      '9/pV3d66/fb4Xdyb+9749t/83P7cn/b//5/8/tu4+/7e/b3c3vq9/t78/pv6/v6d/t/fvf//3v+d3t/8vV6+3Z3d',
      '3v2cNYgghCChDrU8tv54aXf9d/v6+fDxd3n2+Pb29HH3+fX2tnf18nn09LT0c/nz+/b1tHL58vm1dbXy+vTy+3jx',
      'tPT1tPX59PH48/v2+fTx+PL7+fX39vf29vzz/fH3+/b88Pv6Mr4viiCEGKIOvF6zzFRlX9rd9dQ=',
    ].join(''),
    decodedSha256: '5891af0604ed7275629ab2e95ac45017c61cf6b6a9b6c375f486e5620590ce97',
  },
  {
    name: 'noise at full scale',
    octets: [
      'JYQghCCEIKiliJWtorCGFg2QqSCxiAiKOge/Lw2PKJitnTXSiqwMVxtYSZggiuYNjiCMBQngtEwmqzNiPgmwm5oG',
      'pLYGxBZgtaMgDViIvwZ27DakmUQnpqaYEiD/NaAgjGclqbz2GT8mTmlHKQuYBqayFuGZD3BkL6MjzkQNDAYLFEQ4',
      'YeliIQSntIsU5LmpP8QlDLW3h6D0tUY2YIpP6weNuQ3ECzggRSWMFoijiw6qlkg1sC2ENEekIESQjiqih7IZoZPv',
      'vIwRL4y7YrPOnxTEEyMrT5InCzBYoihaFyovhqUgBoXHDaZxi6cSkYpEj6yItcYKPCUglOCu4uE+adYkvhK3PYcF',
      'jAwG5Bkeop6ExIqGZAfmI5CmOz+2lypxEqK1Bo0XJpiXpgnHayQz14SjBwQGCIlbRKYIyoQFZ7w=',
    ].join(''),
    decodedSha256: '9dd9a71b86336cde1af3f40e86cdfa7ae586bc8919ce181024905799ae8418df',
  },
  {
    name: 'a square wave at full scale',
    octets: [
      'hyCEIIQgoCCgICCgIKAgjwSEBMTEBIQGhCSgIGDiYuNjpiGGBEXGyslIxwuGIeBhZOnn5SSoIoRER83QzEnJDocg',
      '4ORpbWnlZq0jhERMz9LPSssUhyDg7u7t6uYorySERHfM0M3KjReIIGDS529r52q2IoREb8zST0qOXIYg4M3o7erm',
      'K7wihMRlStTNypAdhiBgyOhtamYs/yKExGJG38xJ0TyGIGBGY3rn6SvcIoREYkdeSk+PeoYg4Mfj+uXrLLoihMRj',
      'RvzIzo48hiAgSO3s5OhrnSKEhORST0lP0x/HIGDI7e3k6Cz+IoTEY8f/R1iMPYUgIEju7OPwbp4hhITjR15GXc0+',
      'hSAgSW9tY3JwvyGEhGRT0cdW1HyFIGDIcWvj8jT/IYTEY0hURlyPeIUgYMjy7eLxMJ4hhMRk1tA=',
    ].join(''),
    decodedSha256: '32ca98ae09265edb98e9ba6842d921203da97629ece3b3018dd544f3aca93f1b',
  },
];
